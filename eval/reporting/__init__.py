"""Scores for people and for programs. All of it is computed from run files.

* ``wording``          what metrics are called and mean, and how numbers are written
* ``outcomes``         what became of each question, from search to citation
* ``reasons``          which questions went worst, what went wrong, and why values are missing
* ``explaining``       why each metric of a question is below 1
* ``findings``         a run in sentences, with intervals
* ``curves``           figures behind the plots
* ``plots``            figures to the geometry of a plot
* ``marking``          expected evidence, marked in passages
* ``cards``            a question that went wrong, with all that is needed to see why
* ``views``            tables, tiles and plots of a run's page
* ``rendering``        templates to HTML: escaped, without script or network
* ``page``             a run as one HTML file
* ``comparison_page``  a comparison as one HTML file
* ``tables``           tables in Markdown
* ``markdown``         a run in Markdown
* ``compared``         a comparison in Markdown
* ``agreement``        consistency tests and shadow runs in Markdown and JSON
* ``as_json``          a run's scores as JSON
* ``files``            the three reports, written beside the run
"""
