"""``python -m eval.bench``; see ``eval.bench.figures``."""

from eval.bench.figures import main

if __name__ == "__main__":
    main()
