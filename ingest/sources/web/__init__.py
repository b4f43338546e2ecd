"""Pages and sitemaps that the user names by their address; nothing else is ever fetched.

In the order data passes through them:

* ``addresses``  what the user names, as an address that can be asked for, and as the source of a citation
* ``request``    one request: conditional, with limits of time, size and redirects
* ``formats``    what came, as a file: its suffix, and text in one encoding
* ``sitemap``    the pages a sitemap lists
* ``snapshots``  the copies in the index folder, which a build without network reads
* ``fetching``   all of it, page by page
"""
