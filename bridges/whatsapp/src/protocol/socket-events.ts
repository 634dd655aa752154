import type { BaileysEventMap } from '@whiskeysockets/baileys'

/** What the library has to say at once. */
export type SocketEvents = Partial<BaileysEventMap>
export type SocketEvent<Name extends keyof BaileysEventMap> = BaileysEventMap[Name]
