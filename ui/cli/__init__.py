"""The command line.

* ``main``      the command ``course-rag``: which commands there are, and how a told error is printed
* ``options``   options that several commands share, and the settings they lead to
* ``output``    JSON on stdout, words for people, everything else on stderr
* ``progress``  progress bars of a build
* ``building``  ``build``
* ``inspecting``  ``inspect``
* ``asking``    ``search``, ``ask``, ``chat``
* ``versions``  ``status``, ``versions``, ``diff``, ``rollback``
* ``evaluating``  the commands of ``eval``
* ``eval_run``  ``eval run``
* ``eval_report``  ``eval report``
* ``eval_compare``  ``eval compare``
* ``eval_sweep``  ``eval sweep``
* ``eval_judge``  ``eval judge``
* ``eval_judge_output``  what that prints
* ``eval_check``  ``eval check``
* ``eval_generate``  ``eval generate``
* ``eval_curate``  ``eval curate``
* ``eval_consistency``  ``eval consistency``
* ``eval_shadow``  ``eval shadow``
* ``duplicates``  ``duplicates``
* ``terms``     ``terms``
* ``embedder``  the commands of ``embedder``
* ``embedder_train``  ``embedder train``
* ``embedder_evaluate``  ``embedder evaluate``
* ``embedder_adapt``  ``embedder adapt``
* ``doctor``    ``doctor``

``--help`` must answer at once, so modules here import typer and the standard library only; what a command needs is
imported when it runs.
"""
