"""What AWS answered, as our errors: one sentence with the remedy. Loads botocore only after a client was used.

Shared by the three connectors that may touch AWS (store, secrets, engine), which do not know each other.
"""

from collections.abc import Generator
from contextlib import contextmanager

from connectors.errors import ConnectorError, NotAllowed, NotFound, OutcomeUnknown, Rejected, Unreachable

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html,
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html (read 2026-11-21)
_THROTTLED = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
_NOT_PERMITTED = {"AccessDenied", "AccessDeniedException"}
_NO_KEY = {"DecryptionFailure", "KMS.AccessDeniedException", "KMSAccessDeniedException"}
_BAD_CREDENTIALS = {
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_MISSING = {"NoSuchBucket", "ResourceNotFoundException"}

# botocore.exceptions by name, so that this file is light: no connection was made, so nothing can have happened.
_NEVER_SENT = {"ConnectTimeoutError", "EndpointConnectionError", "ProxyConnectionError", "SSLError"}
_NO_CREDENTIALS = {
    "CredentialRetrievalError",
    "NoCredentialsError",
    "PartialCredentialsError",
    "TokenRetrievalError",
}
_ANSWER_LOST = {
    "ConnectionClosedError",
    "HTTPClientError",
    "IncompleteReadError",
    "ReadTimeoutError",
    "ResponseStreamingError",
}


@contextmanager
def aws_errors(tried: str, *, permission: str, on: str, writes: bool = False) -> Generator[None]:
    """Name what a botocore client raises.

    `permission` is the IAM action ("dynamodb:GetItem"), `on` the resource in words ("the table debrief"). With
    `writes`, an answer that was lost is OutcomeUnknown; otherwise nothing was changed and it is Unreachable.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code, status = refusal(error)
        raise error_from_refusal(code, status, tried=tried, permission=permission, on=on, writes=writes) from error
    except BotoCoreError as error:
        kind = type(error).__name__
        if kind not in _NEVER_SENT | _NO_CREDENTIALS | _ANSWER_LOST:  # we used the client wrongly
            raise
        raise error_from_silence(kind, tried=tried, on=on, writes=writes) from error


def refusal(error: Exception) -> tuple[str, int]:
    """The code and the HTTP status inside a botocore ClientError."""
    response: dict[str, dict[str, object]] = getattr(error, "response", {})
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return str(response.get("Error", {}).get("Code", "")), status if isinstance(status, int) else 0


def error_from_refusal(code: str, status: int, *, tried: str, permission: str, on: str, writes: bool) -> ConnectorError:
    """Judge an answer that is an error. Pure."""
    came_back = f"AWS answered {code or status}"
    if code in _THROTTLED:
        return Unreachable(tried, came_back, f"AWS limits how fast {on} is used: try again in a moment.")
    if code in _NOT_PERMITTED:
        return NotAllowed(tried, came_back, f"Allow {permission} on {on} in the role that runs this.")
    if code in _NO_KEY:
        return NotAllowed(tried, came_back, f"Allow kms:Decrypt on the key of {on} in the role that runs this.")
    if code in _BAD_CREDENTIALS:
        return NotAllowed(tried, came_back, "Renew the AWS credentials, and check this machine's clock.")
    if code in _MISSING:
        return NotFound(tried, came_back, f"Check the name and the Region of {on}.")
    if status >= 500:
        return _unclear(tried, came_back, on, writes=writes)
    return Rejected(tried, came_back, f"Look at {on}: it did not take the request.")


def error_from_silence(kind: str, *, tried: str, on: str, writes: bool) -> ConnectorError:
    """Judge a call without a usable answer, by the name of botocore's exception. Pure."""
    if kind in _NO_CREDENTIALS:
        return NotAllowed(tried, f"no AWS credentials ({kind})", "Sign in to AWS, or run this with a role.")
    if kind in _NEVER_SENT:
        return Unreachable(tried, f"no connection ({kind})", f"Check the network, and the Region of {on}.")
    return _unclear(tried, f"no whole answer ({kind})", on, writes=writes)


def _unclear(tried: str, came_back: str, on: str, *, writes: bool) -> ConnectorError:
    if writes:
        return OutcomeUnknown(tried, came_back, f"Read {on} before writing again.")
    return Unreachable(tried, came_back, "Try again in a moment.")
