import { proto } from '@whiskeysockets/baileys'

/** Messages without content: what happened to a group, and what could not be decrypted. */
export const Stub = proto.WebMessageInfo.StubType

/** Messages by which clients tell each other what to do. */
export const Protocol = proto.Message.ProtocolMessage.Type

export const Status = proto.WebMessageInfo.Status
