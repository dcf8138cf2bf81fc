"""What can go wrong with ARI, as one family: every method of the client raises these and nothing else."""


class AriError(Exception):
    """Asterisk refused, or didn't answer. `status` is HTTP's, 0 when no answer came; `reason` is Asterisk's own text."""

    def __init__(self, status: int, method: str, path: str, reason: str) -> None:
        super().__init__(f"{method} {path}: {f'{status} ' if status else ''}{reason}")
        self.status, self.method, self.path, self.reason = status, method, path, reason


class AriTimeout(AriError):
    """No complete answer in time. The operation may have taken effect all the same."""


class AriUnreachable(AriError):
    """The connection can't be made, or was cut before the answer."""


class AriUnauthorized(AriError):
    """401 or 403: the user or its password isn't the one of ari.conf, or it may only read."""


class AriNotFound(AriError):
    """404: most often a channel that hung up, or a playback that ended, a moment ago."""


class AriConflict(AriError):
    """409: the channel isn't in a Stasis application, or the chosen id exists."""


class AriUnprocessable(AriError):
    """422: right after externalMedia or snoop, the channel hasn't entered Stasis yet."""


KINDS = {401: AriUnauthorized, 403: AriUnauthorized, 404: AriNotFound, 409: AriConflict, 422: AriUnprocessable}
