"""The words of operations that several rules share, as alternatives of a regular expression: small letters, no
groups.

General English of incident response, fitted to no data set.
"""

import re

# Parts of a system that a suspicion names.
PARTS = (
    r"dns|network\w*|database|db|dbs|pools?|caches?|disks?|storage|volumes?|memory|ram|cpu|certs?|certificates?|"
    r"tls|ssl|load ?balancers?|lb|elb|alb|"
    r"firewalls?|prox(?:y|ies)|queues?|brokers?|kafka|redis|postgres\w*|mysql|mongo\w*|elastic\w*|rabbitmq|k8s|"
    r"kubernetes|etcd|kubelet|nodes?|pods?|"
    r"containers?|replicas?|replication|primary|index(?:es)?|quer(?:y|ies)|locks?|tokens?|credentials?|secrets?|"
    r"keys?|passwords?|permissions?|"
    r"roles?|quotas?|limits?|throttling|rate[- ]limit\w*|gateways?|routers?|routing|routes?|switch(?:es)?|cables?|"
    r"optics?|firmware|kernel|drivers?|"
    r"librar(?:y|ies)|dependenc(?:y|ies)|clients?|cron\w*|jobs?|schemas?|tables?|columns?|timeouts?|retries|"
    r"retry storm|traffic|bots?|crawlers?|ddos|providers?|vendors?|"
    r"upstream|downstream|third[- ]part(?:y|ies)|aws|gcp|azure|cloudflare|cdn|regions?|zones?|images?|packages?|"
    r"flags?|toggles?|scripts?|webhooks?|"
    r"apis?|ingress\w*|nginx\w*|haproxy|envoy|istio|mesh|sidecars?|autoscal\w+|scheduler|leases?|leader|quorum|"
    r"partitions?|shards?|connections?|threads?|workers?|"
    r"sockets?|ports?|vpn|bgp|mtu|ntp|clocks?|time ?zones?|backups?|snapshots?|buckets?|s3|crds?|manifests?|helm|"
    r"terraform|"
    r"config\w*|settings?|variables?|env vars?|annotations?|labels?|headers?|parsers?|encoding|garbage collect\w+|gc"
)
# What changes a system.
CHANGES = (
    r"deploys?|deployments?|deployed|releases?|rollouts?|rolled out|upgrad(?:e|es|ed|ing)|updat(?:e|es|ed)|"
    r"commits?|pull requests?|prs?|mrs?|merge(?:d)?|"
    r"migrations?|migrated|patch(?:es|ed)?|hotfix\w*|config(?:uration)? changes?|changes?|versions?|builds?|"
    r"refactor\w*|bump(?:ed)?|rotation|maintenance|"
    r"cutover|switchover|failover|backfill|batch job|experiment|a/b test|feature flags?"
)
# States that are mostly causes and not symptoms.
FAULTS = (
    r"expir(?:ed|y|es)|ran out of|run out of|running out of|out of (?:memory|disk|space|inodes|file descriptors|"
    r"connections|ips|quota|capacity|resources)|oom(?:[- ]?killed|ed)?|"
    r"misconfigur\w+|typos?|deadlock\w*|(?:memory|connection|fd|handle|thread|goroutine) leaks?|leak(?:s|ed|ing)|"
    r"race condition|revoked|corrupt\w*|incompatib\w+|mismatch\w*|"
    r"conflict(?:s|ing)? (?:between|with)|split[- ]brain|off[- ]by[- ]one|null pointer|npe|hard-?coded|saturat\w+|"
    r"full disk|(?:disk|volume|filesystem|partition)(?: on \S{1,30})? (?:is |was |got )?full|"
    r"(?:has|have|had) been failing since|(?:hit|hits|hitting|reached|exceed\w*|over) (?:the|a|our|its|their|"
    r"some)? ?(?:\w+ ){0,2}?(?:limit|quota|cap|maximum)|"
    r"(?:limit|quota|cap|maximum) (?:(?:was |is )?(?:reached|exceeded|hit)|(?:of|is|was) \d+)|"
    r"thundering herd|retry storm|n\+1|"
    r"missing (?:index|annotation|permission|header|config\w*|column|migration|env\w*|variable|key|module|file|"
    r"label|commit)|"
    r"(?:wrong|bad|invalid|stale|outdated|broken|incorrect|duplicated?) (?:\w+ )?(?:config\w*|value|version|"
    r"credentials?|image|key|cert\w*|token|default|setting|route|entry|record|label|data|flag|query|commit|deploy\w*|"
    r"release|build|optic|cable|disk|driver|firmware|regex|url|endpoint|env\w*|secret|template|index|package)|"
    r"failing (?:optic|disk|nic|cable|dimm|drive|psu)|(?:fiber|fibre|cable) cut|power (?:loss|outage|cut)"
)
# Symptoms.
TROUBLE = (
    r"fail\w*|errors?|down|crash\w*|time[ds]?[- ]?outs?|full|slow\w*|latenc\w+|broke\w*|stuck|reject\w*|refus\w*|"
    r"unavailable|load|lag\w*|missing|dead|die[ds]?|"
    r"exhaust\w*|overload\w*|[45]\d\ds?|spik\w+|queu\w+|blocked|drop\w*|hang\w*|hung|restart\w*|gone|lost|"
    r"unreachable|degraded"
)
# It got better: a state, no cause.
RECOVERS = (
    r"recover\w*|fixed|resolved|(?:works?|working|healthy|green|fine|stable|good|up|ok|normal) (?:again|now)|"
    r"back (?:up|to|online|in|under|below)|"
    r"healthy|catching up|caught up|coming (?:back|down)|stable|stabili\w+|improv\w+|all (?:good|green|clear)|"
    r"looks? (?:good|better|fine|ok)|better|"
    r"(?:is|are|'s|was|now) (?:ok|fine|green|done|good)|complete[d]?|finished|helped|helping|mitigated|clear(?:ed|"
    r"ing)|going down|dropping|cleaning up"
)
TROUBLE_WORDS = re.compile(rf"\b(?:{TROUBLE})\b")
