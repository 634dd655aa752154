import { proto } from '@whiskeysockets/baileys'

export function encodeContent(content: proto.IMessage): string {
  return Buffer.from(proto.Message.encode(content).finish()).toString('base64')
}

export function decodeContent(text: string): proto.IMessage {
  return proto.Message.decode(Buffer.from(text, 'base64'))
}
