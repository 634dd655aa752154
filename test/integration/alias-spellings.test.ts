import assert from 'node:assert/strict'
import { startIrcLoopback } from '../src/loopback/irc-loopback.ts'
import { startLoopbackStage, type LoopbackStage } from '../src/loopback/loopback-stage.ts'

/** The room of a channel is found by every way to write its name. */
describe('a channel is joined by any spelling', () => {
  let stage: LoopbackStage

  before(async () => {
    stage = await startLoopbackStage({ networks: [await startIrcLoopback({ network: 'net' })] })
  })

  after(async () => {
    await stage[Symbol.asyncDispose]()
  })

  const aliasOf = (spelling: string): string => `#irc_net_${spelling}:${stage.pons.serverName}`

  for (const [first, ...others] of [
    ['#SomeCaps', '#somecaps', '#SOMECAPS', 'SomeCaps'],
    ['nohash', '#nohash', '#NoHash'],
    ['#a[b]', '#a{b}', 'a[b]', '#A[B]'],
    ['#c{d}^e~', '#c[d]^E~'],
    ['#x=y', '#x=3dy', '#X=Y'],
    ['#why?', 'why?', '#WHY?'],
    ['#back\\slash|bar', '#back|slash\\bar'],
    ['#50%25', '#50%25'],
    ['##double', '##DOUBLE'],
    ['#füß', 'füß'],
  ] as const) {
    it(`${first}, and then ${others.join(', ')}`, async () => {
      const { person } = stage
      const roomId = await person.join(aliasOf(first))
      for (const other of others) {
        const path = `/_matrix/client/v3/directory/room/${encodeURIComponent(aliasOf(other))}`
        const found = await person.request('GET', path)
        assert.equal(found['room_id'], roomId, other)
      }
    })
  }
})
