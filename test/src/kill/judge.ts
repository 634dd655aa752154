import type { LoopbackChat } from '../loopback/loopback-chat.ts'
import type { LoopbackNetwork } from '../loopback/loopback-network.ts'
import type { MatrixPerson, SeenEvent } from '../matrix/matrix-person.ts'
import { compare, type Comparison } from './compare.ts'
import { speakersOf, type Stream } from './traffic.ts'

export interface Judgement {
  readonly lost: number
  readonly doubled: number
  readonly reordered: number
  readonly unknowable: number
  /** What is wrong, in words: lines that are missing or there twice, and what the network holds against its client. */
  readonly details: readonly string[]
  /** What the rooms hold. */
  readonly events: readonly SeenEvent[]
}

/** Compares what each side's own server accepted with what the other side has. */
export async function judge(
  network: LoopbackNetwork,
  people: readonly MatrixPerson[],
  streams: readonly Stream[],
): Promise<Judgement> {
  const comparisons: [string, Comparison][] = []
  const seen: SeenEvent[] = []
  let unknowable = 0
  for (const chat of new Set(streams.map((stream) => stream.chat))) {
    const events = (await speakersOf(chat, people)[0]?.[1].history(chat.roomId)) ?? []
    seen.push(...events)
    const uncertain = uncertainLines(events)
    unknowable += uncertain.size
    const inRoom = events.filter(({ type }) => type === 'm.room.message').map(({ content }) => String(content['body']))
    const sides = { network: fromNetwork(network, events), matrix: chat.seen().map(({ text }) => text), phone: inRoom }
    for (const { from, name, lines } of streams.filter((stream) => stream.chat === chat)) {
      comparisons.push([`${chat.kind} ${name}`, compare(lines, sides[from], from === 'matrix' ? uncertain : new Set())])
      // What was said here must not come back as somebody else's.
      if (from === 'matrix') {
        const { twice } = compare(lines, inRoom, uncertain)
        comparisons.push([`${chat.kind} ${name} in its own room`, { missing: [], twice, late: [] }])
      }
    }
  }
  const sum = (of: keyof Comparison) => comparisons.reduce((total, [, one]) => total + one[of].length, 0)
  return {
    lost: sum('missing'),
    doubled: sum('twice'),
    reordered: sum('late'),
    unknowable,
    events: seen,
    details: [
      ...comparisons.flatMap(([name, { missing, twice, late }]) => [
        ...missing.map((line) => `${name}: lost ${line}`),
        ...twice.map((line) => `${name}: doubled ${line}`),
        ...late.map((line) => `${name}: out of order ${line}`),
      ]),
      ...network.violations(),
    ],
  }
}

/** Lines whose message is marked as one of which nobody knows whether it arrived. */
function uncertainLines(events: readonly SeenEvent[]): ReadonlySet<string> {
  const bodies = new Map(events.map(({ event_id: id, content }) => [id, String(content['body'])]))
  const marks = events.filter(
    ({ type, content }) => type === 'com.beeper.message_send_status' && content['is_certain'] === false,
  )
  return new Set(
    marks.map(({ content }) => bodies.get((content['m.relates_to'] as { event_id: string }).event_id) ?? ''),
  )
}

function fromNetwork({ id }: LoopbackNetwork, events: readonly SeenEvent[]): string[] {
  return events
    .filter(({ sender, type }) => sender.startsWith(`@${id}_`) && type === 'm.room.message')
    .map(({ content }) => String(content['body']))
}

/** Is the last line of both directions there? Everything before it was dealt with, then. */
export async function untilQuiet(chat: LoopbackChat, reader: MatrixPerson, isRemoteTalking: boolean): Promise<void> {
  const last = `the last line of the ${chat.kind} chat`
  await reader.say(chat.roomId, `${last} from Matrix`)
  if (isRemoteTalking) {
    await chat.say(`${last} from the network`)
    await reader.hear(`${last} from the network`, chat.roomId)
  }
  await chat.seeing(({ text }) => text === `${last} from Matrix`, 'the last line from Matrix')
}
