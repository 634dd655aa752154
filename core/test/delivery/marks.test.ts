import assert from 'node:assert/strict'
import type { DispatchRequest, DispatchResponse } from '@pons/http'
import { remoteMessageId, type RemoteEvent } from '@pons/core'
import { messageEvent, type MatrixPerson, type SeenEvent } from '@pons/test'
import { onEveryEngine, type Stage } from '../support.ts'

/** The homeserver is away for whatever fits, until it is switched back on. */
class Away {
  isOn = true
  tries = 0
  readonly #fits: (request: DispatchRequest) => boolean

  constructor(fits: (request: DispatchRequest) => boolean) {
    this.#fits = fits
  }

  readonly between = (request: DispatchRequest): DispatchResponse | undefined => {
    if (!this.isOn || !this.#fits(request)) return undefined
    this.tries++
    return { status: 502, headers: {}, body: {} }
  }
}

const isWordOfBot = ({ method, url }: DispatchRequest): boolean =>
  method === 'PUT' && !url.includes('user_id=') && /\/send\/(m\.room\.message|com\.beeper)/.test(url)

const tooLarge = { errcode: 'M_TOO_LARGE', error: 'the event is too large' }

/** What the ghost says is refused, whichever way it is asked to be stored. */
function refusedOfBert({ url, body }: DispatchRequest): DispatchResponse | undefined {
  if (url.includes('user_id=%40sim_bert') && url.includes('/send/')) return { status: 413, headers: {}, body: tooLarge }
  if (!url.endsWith('/send_batch')) return undefined
  const [first] = (body as { events: { sender: string }[] }).events
  if (first?.sender !== '@sim_bert:test.local') return undefined
  return { status: 200, headers: {}, body: { events: [], refused: tooLarge } }
}

function messageOf(from: string, text: string): RemoteEvent {
  return messageEvent({ id: text, chat: 'garden', from, text })
}

onEveryEngine('a mark is durable before the work is called done', (open) => {
  async function inRoom(stage: Stage): Promise<{ alice: MatrixPerson; roomId: string }> {
    const alice = await stage.person('alice')
    const roomId = await alice.join('#sim_garden:test.local')
    return { alice, roomId }
  }

  /** Fires whatever waits until the homeserver was asked in vain, wholly, for one word. */
  async function untilRefused(stage: Stage, away: Away): Promise<void> {
    const enough = away.tries + 5
    while (away.tries < enough) {
      stage.clock.fire()
      await new Promise(setImmediate)
    }
  }

  async function untilSeen(stage: Stage, alice: MatrixPerson, words: string): Promise<void> {
    const isSeen = () => alice.events.some(({ content }) => String(content['body']).includes(words))
    while (!isSeen()) {
      stage.clock.fire()
      await new Promise(setImmediate)
    }
  }

  for (const [title, fault, words] of [
    ['an uncertain message', 'lose-answer', '⚠ Uncertain'],
    ['a message that was refused', 'refuse', 'was not bridged'],
  ] as const) {
    it(`${title} is not settled while its room cannot be told`, async () => {
      const away = new Away(isWordOfBot)
      await using stage = await open({ between: away.between })
      const { alice, roomId } = await inRoom(stage)
      stage.network.fail(fault)
      await alice.say(roomId, 'one')
      await untilRefused(stage, away)
      const { uncertain, parked } = await stage.bridge().backlog()
      assert.deepEqual({ uncertain, parked }, { uncertain: 0, parked: 0 })
      away.isOn = false
      await stage.restartBridge()
      // A refusal happens once; told it has to be all the same.
      if (fault === 'refuse') stage.network.fail(fault)
      await untilSeen(stage, alice, words)
      await stage.settled()
      const after = await stage.bridge().backlog()
      assert.equal(after.uncertain + after.parked, 1)
    })
  }

  for (const [how, isTogether] of [
    ['by itself', false],
    ['at the head of a batch', true],
  ] as const) {
    it(`what the network said and the homeserver refuses ${how} is told in the room, once, and retried on demand`, async () => {
      let isRefusing = false
      await using stage = await open({ between: (request) => (isRefusing ? refusedOfBert(request) : undefined) })
      const { alice, roomId } = await inRoom(stage)
      await stage.network.say('garden', 'bert', 'before')
      await alice.hear('before')
      isRefusing = true
      const [much, behind] = [messageOf('bert', 'much'), messageOf('carl', 'behind it')]
      const isNotice = ({ content }: SeenEvent): boolean => 'pons.undelivered' in content
      if (isTogether) await stage.network.ingest([much, behind])
      else {
        await stage.network.ingest(much)
        await alice.see(isNotice, 'the notice')
        await stage.network.ingest(behind)
      }
      // Nothing waits for it: no timer has fired.
      await alice.hear('behind it')
      const notice = await alice.see(isNotice, 'the notice')
      assert.match(String(notice.content['body']), /A message of bert .* too large .*`!sim retry`/)
      isRefusing = false
      await alice.say(roomId, '!sim retry')
      await alice.hear('much')
      assert.equal(alice.events.filter(isNotice).length, 1)
    })
  }

  it('what has no room is told to the owner of the login that heard it', async () => {
    const isRoomMade = ({ url }: DispatchRequest): boolean => url.endsWith('/createRoom')
    let isRefusing = false
    const refused = { status: 403, headers: {}, body: { errcode: 'M_FORBIDDEN', error: 'no rooms today' } }
    await using stage = await open({ between: (request) => (isRefusing && isRoomMade(request) ? refused : undefined) })
    const alice = await stage.person('alice')
    const roomId = await alice.createRoom({ invite: ['@simbot:test.local'], is_direct: true })
    await alice.see(({ content }) => String(content['body']).includes('management room'), 'the greeting')
    for (const words of ['login', 'alice', 'secret']) await alice.say(roomId, words)
    await alice.see(({ content }) => /logged in/i.test(String(content['body'])), 'the login')
    isRefusing = true
    const event = messageEvent({ id: 'x1', chat: 'attic', from: 'carl', text: 'anybody?' })
    await stage.network.ingest({ ...event, id: remoteMessageId('x1'), login: 'alice' as never })
    await alice.see(({ content, room_id: where }) => 'pons.undelivered' in content && where === roomId, 'the notice')
  })
})
