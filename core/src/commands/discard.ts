import type { Database } from '@pons/database'
import type { NetworkConnector } from '../network/connector.ts'
import { ParkedStore } from '../storage/parked-store.ts'
import type { Command } from './command.ts'

export const discard: Command<{ readonly db: Database; readonly connector: NetworkConnector }> = {
  name: 'discard',
  usage: 'discard',
  description: 'Drop what you wrote in this room and could not be sent (in the management room: everywhere).',
  async run({ userId, roomId, portal }, { db, connector }) {
    const store = new ParkedStore(db, connector.info.id)
    // What others wrote is theirs to drop, whoever asks.
    const own = (await store.events(userId)).filter((row) => portal === undefined || row.roomId === roomId)
    let dropped = 0
    await db.transaction(async (tx) => {
      for (const { seq } of own) dropped += (await store.discardEvent(tx, seq)) ? 1 : 0
    })
    return dropped === 0 ? 'There is nothing to drop.' : `Dropped ${dropped}.`
  },
}
