import assert from 'node:assert/strict'
import { simChat, type MatrixPerson } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

onEveryEngine('other spellings of an alias', (open) => {
  const found = async (alice: MatrixPerson, alias: string) => {
    const path = `/_matrix/client/v3/directory/room/${encodeURIComponent(alias)}`
    return (await alice.request('GET', path))['room_id']
  }

  /** Every name with the word in it is another way to write that one. */
  function takeAnySpelling({ network }: Stage): void {
    network.onOpen = (name) =>
      name.includes('garden')
        ? { chat: simChat('garden'), snapshot: { kind: 'group', name: 'the garden', joinRule: 'public' } }
        : undefined
  }

  it('lead to the room that is there, and to the next one when it is a portal no more', async () => {
    await using stage = await open({ settings: { admins: ['@alice:test.local'] } })
    const alice = await stage.person('alice')
    takeAnySpelling(stage)
    const roomId = await alice.join('#sim_garden.:test.local')
    assert.equal(await found(alice, '#sim_garden:test.local'), roomId)
    assert.equal(await found(alice, '#sim_-garden:test.local'), roomId)
    await alice.say(roomId, '!sim delete-portal')
    await alice.see(({ type, content }) => type === 'm.room.canonical_alias' && content['alias'] === undefined)
    await stage.settled()
    for (const alias of ['#sim_garden.:test.local', '#sim_-garden:test.local', '#sim_garden:test.local'])
      assert.notEqual(await found(alice, alias), roomId, alias)
  })

  it('are kept for a bounded number: the oldest makes way', async () => {
    await using stage = await open()
    const alice = await stage.person('alice')
    takeAnySpelling(stage)
    const spellings = Array.from({ length: 24 }, (_, at) => `garden-${at}`)
    const roomIds = new Set<unknown>()
    for (const spelling of spellings) roomIds.add(await found(alice, `#sim_${spelling}:test.local`))
    assert.equal(roomIds.size, 1)
    const [roomId] = roomIds
    const { aliases } = (await stage.asBot('GET', `/_matrix/client/v3/rooms/${String(roomId)}/aliases`)) as {
      aliases: string[]
    }
    assert.equal(aliases.length, 21)
    assert.ok(aliases.includes('#sim_garden:test.local'))
    assert.ok(aliases.includes(`#sim_${spellings.at(-1)}:test.local`))
    assert.ok(!aliases.includes(`#sim_${spellings[0]}:test.local`))
  })
})
