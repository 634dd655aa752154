import type { Queryable } from '@pons/database'
import type { UserId } from '@pons/matrix'
import type { TxnKey } from '../storage/event-store.ts'
import type { Room } from './room.ts'
import type { RoomEvent } from '../event/room-event.ts'
import type { RoomStores } from './rooms.ts'

type TxnStores = Pick<RoomStores, 'events' | 'interner'>

/** The event that was stored for a transaction id before; without `from` among those that are durable. */
export async function eventOfTxn(
  { events, interner }: TxnStores,
  { room, sender, txn }: { room: Room; sender: UserId; txn: TxnKey },
  from?: Queryable,
): Promise<RoomEvent | undefined> {
  const senderNid = await interner.find(sender, from)
  if (senderNid === undefined) return undefined
  const nid = await events.findTxn(room.nid, senderNid, txn, from)
  return nid === undefined ? undefined : (await events.byNids([nid], from))[0]
}

/**
 * Makes sends with the same transaction id one event. Hardly any is a repeat, so none is asked for beforehand: the row of the
 * transaction id is unique, and what the second is refused for, be it that row or that its sender has left the room meanwhile,
 * is answered with the first. Sends that are under way at the same time are known here.
 */
export class RepeatedSends {
  readonly #stores: TxnStores
  readonly #underWay = new Map<string, Promise<RoomEvent>>()

  constructor(stores: TxnStores) {
    this.#stores = stores
  }

  async once(of: { room: Room; sender: UserId; txn: TxnKey }, append: () => Promise<RoomEvent>): Promise<RoomEvent> {
    const { room, sender, txn } = of
    // None of them holds NUL.
    const key = `${room.nid}\0${sender}\0${txn.device}\0${txn.txnId}`
    for (;;) {
      const before = this.#underWay.get(key)
      if (!before) break
      // Whose failure is its own: the repeat tries for itself.
      const event = await before.catch(() => undefined)
      if (event) return event
    }
    const sending = append().catch(async (error: unknown) => {
      const known = await eventOfTxn(this.#stores, of)
      if (known === undefined) throw error
      return known
    })
    this.#underWay.set(key, sending)
    try {
      return await sending
    } finally {
      this.#underWay.delete(key)
    }
  }
}
