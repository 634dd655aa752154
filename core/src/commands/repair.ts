import type { Command } from './command.ts'

export const retry: Command = {
  name: 'retry',
  usage: 'retry',
  description: 'Try again what was given up in this room (in the management room: everywhere).',
  async run({ context, roomId, portal, wake }) {
    const isEverywhere = portal === undefined
    const inbox = await context.inbox.parked()
    const journal = await context.journal.parked()
    const rooms = new Set(inbox.filter((row) => isEverywhere || row.roomId === roomId).map((row) => row.roomId))
    const portals = new Set(
      journal.filter((row) => isEverywhere || row.portalNid === portal.nid).map((row) => row.portalNid),
    )
    let revived = 0
    await context.db.transaction(async (tx) => {
      for (const row of inbox) if (rooms.has(row.roomId)) await context.outbox.revive(tx, row.eventId)
      for (const room of rooms) revived += await context.inbox.revive(tx, room)
      for (const nid of portals) revived += await context.journal.revive(tx, nid)
    })
    for (const room of rooms) wake(await context.portals.byRoom(room), room)
    for (const nid of portals) {
      const found = await context.portals.byNid(nid)
      wake(found, found.roomId ?? roomId)
    }
    return revived === 0 ? 'There is nothing to retry.' : `Trying ${revived} again.`
  },
}

export const parked: Command = {
  name: 'parked',
  usage: 'parked',
  description: 'Show what was given up and why.',
  run: async ({ context }) => {
    const inbox = (await context.inbox.parked()).map((row) => `* ${row.roomId} → network: ${row.error}`)
    const journal = await context.journal.parked()
    const fromNetwork = journal.map((row) => `* network → portal ${row.portalNid}: ${row.error}`)
    const all = [...inbox, ...fromNetwork]
    return all.length === 0 ? 'Nothing was given up.' : all.slice(0, 50).join('\n')
  },
}
