from tests.workers.detect.conftest import *
from tests.workers.detect.world import *
async def test_probe(world):
    from deploy.sandbox.seed import seed_demo
    seed_demo(world.sandbox.state)
    i, w = world.invoices, world.work_orders
    print(await i.look()); print(await w.look())
    print(types(await world.news()))
    for n in range(3):
        print("rot", types(await i.news(minutes=1)), types(await w.news()))
        print(dict(world.sandbox.state.requests.counts))
async def test_probe2(world):
    from deploy.sandbox.seed import seed_demo
    seed_demo(world.sandbox.state)
    i = world.invoices
    await i.look()
    uuid = world.sandbox.state.plentific.invoices.listing()[0]
    e = await world.entity("invoice", uuid); print(e)
    world.clock.advance(minutes=1)
    print(await i.look())
    e = await world.entity("invoice", uuid); print(e)
    print(await world.all_events())
