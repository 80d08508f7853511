"""A migration gone wrong, over two midnights and the end of summer time in Berlin (2026-10-25 01:00 UTC)."""

from tests.incidents.builder import Story
from tests.incidents.people import ADA, CARL, DANA, GUS, JUNE, LENA
from tests.incidents.script import Script


def script() -> Script:
    story = Story(
        "midnight_migration",
        "Orders database: replication broken after migration",
        day="2026-10-24",
        number=4102,
        cast=(CARL, ADA, LENA, DANA, GUS, JUNE),
        service="Orders database",
        team="Data",
    )
    side, at = story.pagerduty, story.at
    side.change(at("20:00:00"), "Migration 0412: split orders.addresses", ticket="DB-412")
    side.alert(at("20:41:00"), "[FIRING] ReplicationStopped orders-replica-2", key="replication-stopped")
    side.alert(at("20:44:00"), "[FIRING] ReplicationStopped orders-replica-3", key="replication-stopped-3")
    side.triggers(at("20:41:08"), "carl", priority="P2")
    story.app_posts(at("20:41:08"), "Triggered")
    side.notifies(at("20:41:10"), "carl")
    side.acknowledges(at("20:43:55"), "carl")
    side.notes_down(at("21:58:30"), "carl", "Replica 2 rebuilds from backup, about 9 hours.", offset="+02:00")
    side.log(at("22:10:00"), "snooze", "Snoozed for 8 hours by Carl Brandt.", "carl")
    side.unacknowledges(at("2026-10-25 06:10:00"))
    side.notifies(at("2026-10-25 06:10:03"), "carl", "phone")
    side.notifies(at("2026-10-25 06:15:03"), "carl", "phone")
    side.escalates(at("2026-10-25 06:20:00"), "ada")
    side.acknowledges(at("2026-10-25 06:24:31"), "ada", "mobile")
    side.assigns(at("2026-10-25 09:05:12"), "carl", "ada")
    side.notes_down(at("2026-10-25 23:30:00"), "carl", "Replica 2 is consistent. Replica 3 next.", offset="+01:00")
    side.resolves(at("2026-10-26 05:12:44"), "carl", note="Both replicas are consistent; reads are balanced again.")
    story.app_posts(at("2026-10-26 05:12:44"), "Resolved by Carl Brandt", as_blocks=True)
    story.chat(CHAT)
    return story.script()


CHAT = """
20:44:30 carl: replication on replica 2 and 3 stopped right after migration 0412
20:46:02 lena: reads go to the primary now, load is at 70 %, that holds
20:58:10 carl: row format differs, this cannot be repaired, the replicas must be rebuilt {pinned}
  20:59:40 gus: from the backup of tonight?
  21:00:15 carl: yes, 2.1 TB, I guess nine hours each
  21:03:00 gus: restore host is ready
21:04:00 carl: starting with replica 2
22:09:10 carl: at 11 %. Snoozing the page, I look again at eight in the morning
23:58:20 gus: 31 %
--- 2026-10-25
00:03:41 gus: 32 %, and the clock goes back tonight, so "eight" is an hour later than carl thinks
00:59:50 gus: 41 %
01:00:20 gus: same hour again, 41 %
  01:02:00 lena: cron will run the 02:30 jobs twice, right?
  01:02:45 gus: only those on local time. The cleanup job is one of them {:grimacing: lena}
02:31:10 lena: cleanup ran a second time, harmless
06:26:00 ada: I have been paged, carl does not answer. Restore is at 97 %
06:58:12 ada: replica 2 is up and catches up, 40 minutes behind
09:04:30 carl: sorry, phone said seven, pager said eight
  09:06:00 dana: go and rest first, ada has it
  09:07:12 carl: I slept fine, really
10:15:00 carl: replica 3 restore started
18:40:00 carl: replica 3 is at 88 %
23:29:00 carl: replica 2 passed the checksum run
--- 2026-10-26
00:12:00 lena: replica 3 is up
05:05:10 carl: checksums of replica 3 are fine as well
05:14:00 carl: follow-up: @lena rehearse migrations on a restored copy first
05:15:30 dana: ACTION: carl: write down how long a rebuild takes, next week
"""
