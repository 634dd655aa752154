import type { Transaction } from '@pons/database'
import { actionPowerLevel, isEventId, powerLevelOf, redactContent, type EventId } from '@pons/matrix'
import type { EventStore } from '../storage/event-store.ts'
import type { Room } from './room.ts'
import type { RoomEvent } from '../event/room-event.ts'

export function redactedBy(event: Pick<RoomEvent, 'redacts' | 'content'>): EventId | undefined {
  const inContent = event.content['redacts']
  return event.redacts ?? (isEventId(inContent) ? inContent : undefined)
}

/** Takes the content of the event that a stored redaction names, when the redaction may: else it has no effect. */
export async function applyRedaction(
  tx: Transaction,
  { room, event, stores }: { room: Room; event: RoomEvent; stores: { events: EventStore } },
): Promise<void> {
  const targetId = redactedBy(event)
  const target = targetId && (await stores.events.byId(targetId, tx))
  if (!target || target.roomNid !== room.nid || target.redactedBy !== undefined) return
  if (!mayRedact(room, event, target)) return
  const content = redactContent(target.type, target.content, room.version)
  stores.events.redact(tx, target.nid, event.nid, content)
  const entry = target.stateKey === undefined ? undefined : room.state.get(target.type, target.stateKey)
  if (entry?.nid === target.nid) room.state.set({ ...entry, content })
}

/** People redact what they sent themselves; what others sent takes the redact level. */
export function mayRedact(room: Room, redaction: Pick<RoomEvent, 'sender'>, target: RoomEvent): boolean {
  if (target.type === 'm.room.create') return false
  if (redaction.sender === target.sender) return true
  return powerLevelOf(room.state, redaction.sender) >= actionPowerLevel(room.state, 'redact')
}
