"""What a sentence does not state: it asks, it plans, it hopes, it says that nobody knows."""

import re

_ASKS = re.compile(
    r"\?[\s)\"'*_~!.:;…”\]]*\Z|"
    r"\A\W*(?:(?:so|and|but|hm+|ok|@?\w{1,20}[,:])\s+)?(?:is|are|was|were|did|does|do|has|have|can|could|should|"
    r"would|will|any) "
    r"(?:it|this|that|there|the|we|you|they|i|he|she|any\w*|some\w*|body)\b|"
    r"\A\W*(?:who|what|when|where|why|how|which)(?:'s| (?:is|are|was|were|did|does|do|has|have|can|about|the heck)) "
)
_PLANS = re.compile(
    r"\b(?:let'?s|let us|please|pls|plz|should(?! have)|shall|must(?! (?:be|have been))|ought|(?:i|we|you|they|he|"
    r"she|it|that|who)'?ll|will|gonna|"
    r"going to(?! (?:suspect|guess|say|blame|assume))|about to|(?:want|wants|need|needs|have|has|plan|plans|planning|"
    r"propose|try|like|happy|able|ready|supposed|how) to|can (?:you|we|i|someone|somebody|anyone|they)|"
    r"could (?:you|we|i|someone|somebody|anyone|try)|would (?:be|have|like|help|need|take|make)|"
    r"how about|what about|why don'?t|next steps?|todo|to-do|action items?|follow-?ups?|"
    r"propos(?:e|al|ing)|suggest\w*|recommend\w*|consider(?:ing)?|worth (?:a try|trying|\w+ing)|options? (?:is|"
    r"are|a|b|1|2)|"
    r"options:|thinking (?:of|about)|instead of|rather than|in case|unless)\b|\A\W*(?:if|when|once|until|before) "
)
_HOPES = re.compile(
    r"\b(?:hop(?:e|es|ing|efully|ed)|fingers crossed|wish\w*|let'?s see|wait(?:ing)? (?:for|to|until)|expect\w*|"
    r"should|"
    r"(?:'ll|will|would|might|may|could)|if|whether|until|once|unless|see if|to see|going to|about to|need(?:s|"
    r"ed)? to|"
    r"trying to|want(?:s|ed)? to|before)\b"
)
_NOBODY_KNOWS = re.compile(
    r"\b(?:no idea|not (?:yet )?(?:sure|clear|known)|unclear|unknown|don'?t (?:yet )?know|dunno|no clue|can'?t tell|"
    r"wonder(?:ing)? (?:what|why|how)|(?:find|finding|found no|determin\w+|identify\w*|investigat\w+|"
    r"understand\w*|figur\w+ out|look\w* (?:for|into)|"
    r"search\w* for|narrow\w* down|chas\w+|work\w* on|know|need|no|any|the exact|"
    r"what) (?:\w+ ){0,2}?(?:root )?(?:causes?|reason|why|culprit)|"
    r"(?:root )?cause (?:is )?(?:still )?(?:unknown|unclear|not|tbd|pending|under|being))\b"
)


def asks(plain: str) -> bool:
    """With a question mark, or in the order of words of a question."""
    return bool(_ASKS.search(plain))


def plans(plain: str) -> bool:
    """A plan, a proposal, a wish, a request, an order: nothing that was so."""
    return bool(_PLANS.search(plain))


def hopes(plain: str) -> bool:
    """What may come, or is waited for."""
    return bool(_HOPES.search(plain))


def says_nobody_knows(plain: str) -> bool:
    return bool(_NOBODY_KNOWS.search(plain))
