import type { SessionData } from './tapped-session.ts'

/** Where Telegram's servers are reached first, as its own clients know it. */
export const firstSession: SessionData = { dcId: 2, serverAddress: '149.154.167.50' }
