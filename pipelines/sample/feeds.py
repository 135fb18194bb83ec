"""The feeds of the sample besides the roster.

What belongs here: the list alone. A new feed is a module with a `FEED`, and one entry here.
"""

from typing import Final

from pipelines.sample import business, property, social_insurance, vehicle  # noqa: A004 (the feed's name)
from pipelines.sample.archetype import SampleFeed

FEEDS: Final[tuple[SampleFeed, ...]] = (social_insurance.FEED, vehicle.FEED, property.FEED, business.FEED)
