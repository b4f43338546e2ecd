"""Why a sample has no verdict. These never leave the judging: each becomes the reason of a gap."""


class NotJudged(Exception):
    """A sample that has no verdict; the message is the reason a reader of the report sees."""


class BadAnswer(NotJudged):
    """The judge answered, and the answer cannot be used; it may be asked again."""


class CutOff(NotJudged):
    """The judge's answer ended at the limit of its tokens; it would do so again."""


class CallFailed(NotJudged):
    """No answer came.

    Attributes:
        retry: whether it may come if asked again.
        wait_s: how long the server wants to be left alone; None if it did not say.
        fatal: whether no other call would fare better: a refused key, an unknown model, an empty account.
    """

    def __init__(self, reason: str, *, retry: bool = False, wait_s: float | None = None, fatal: bool = False) -> None:
        """Keep beside the reason what decides whether to ask again."""
        super().__init__(reason)
        self.retry = retry
        self.wait_s = wait_s
        self.fatal = fatal


class Stopped(NotJudged):
    """Nothing is asked any more: the bound of the cost, a judge that never answers, a cache that cannot be written."""
