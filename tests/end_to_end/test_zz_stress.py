import asyncio, gc, random, warnings
import pytest
from tests.end_to_end.world import until
pytestmark = pytest.mark.kafka

@pytest.mark.parametrize("delay", [0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35,0.4, 0.5, 0.6, 0.8])
async def test_quick_stop(make_world, delay):
    world = await make_world()
    await world.start()
    await asyncio.sleep(delay)
    await world.stop()
    gc.collect()
def test_z():
    gc.collect()
