import type { LoopbackNetwork } from '../loopback/loopback-network.ts'
import type { MatrixPerson } from '../matrix/matrix-person.ts'

interface Place {
  readonly reader: MatrixPerson
  readonly roomId: string
}

type Cause = (network: LoopbackNetwork, place: Place) => Promise<unknown>

const newChat: Cause = (network, { reader }) => network.newChat(reader, { disappears: false })

/** What leads to steps that plain talk never leads to, by the step. */
const causes = new Map<string, Cause>([
  ['bridge:room-created', newChat],
  ['bridge:history-delivered', newChat],
  ['bridge:disappeared', (network, { reader }) => network.newChat(reader, { disappears: true })],
  [
    'bridge:failure-told',
    // No network carries calls.
    (_network, { reader, roomId }) =>
      reader.send(roomId, { call_id: 'c', version: 1, lifetime: 60_000, offer: {} }, 'm.call.invite'),
  ],
])

export function isRareStep(step: string): boolean {
  return causes.has(step)
}

/** Not to be waited for while the process lives: it ends in the midst of it, and a later one finishes it. */
export async function leadTo(step: string, network: LoopbackNetwork, place: Place): Promise<void> {
  await causes.get(step)?.(network, place)
}
