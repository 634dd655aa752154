import { ParkedStore } from '../store/parked-store.ts'
import type { Command } from './command.ts'

export const discard: Command = {
  name: 'discard',
  usage: 'discard',
  description: 'Drop what you wrote in this room and could not be sent (in the management room: everywhere).',
  async run({ context, userId, roomId, portal }) {
    const store = new ParkedStore(context.db, context.connector.info.id)
    // What others wrote is theirs to drop, whoever asks.
    const own = (await store.events(userId)).filter((row) => portal === undefined || row.roomId === roomId)
    let dropped = 0
    await context.db.transaction(async (tx) => {
      for (const { seq } of own) dropped += (await store.discardEvent(tx, seq)) ? 1 : 0
    })
    return dropped === 0 ? 'There is nothing to drop.' : `Dropped ${dropped}.`
  },
}
