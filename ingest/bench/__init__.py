"""Commands that measure the ingestion on real and made files.

* ``masking``, ``secret_sets``, ``secret_values``, ``secret_documents``  masking, on made texts and real documents
* ``duplicates``, ``semesters``  repeated passages searched twice, text lost, over made semesters
* ``recovery``  words of unreadable PDF pages that come back
"""
