export { RpcError } from './rpc-error.ts'
export { startTelegramServer, type NewPerson, type TelegramServer } from './telegram-server.ts'
export type { Channel, Chat, Group, Media, Person, Post } from './world/entities.ts'
export type { TlObject } from './tl/tl-value.ts'
