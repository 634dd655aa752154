export { freePort } from './free-port.ts'
export { findInspircd, startInspircd, type Inspircd, type InspircdOptions } from './irc/inspircd.ts'
export { IrcPerson, type HeardLine, type PersonOptions } from './irc/irc-person.ts'
export { type IrcTestLine } from './irc/irc-line.ts'
export { RudeServer, type Rudeness } from './irc/rude-server.ts'
export { MatrixPerson, type MatrixPersonOptions, type SeenEvent } from './matrix/matrix-person.ts'
export {
  SimNetwork,
  simChat,
  textDocument,
  messageEvent,
  type SimMessage,
  type SimOptions,
} from './network/sim-network.ts'
export { ManagementRoom } from './matrix/management-room.ts'
export type { LoopbackChat, SeenMessage } from './loopback/loopback-chat.ts'
export type { LoopbackNetwork } from './loopback/loopback-network.ts'
export { loopbacks } from './loopback/start-loopback.ts'
