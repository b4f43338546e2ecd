"""The two doors.

* ``cli``  the command line: a contract that others script against
* ``app``  the Streamlit chat
"""
