import { proto, type WAMessage } from '@whiskeysockets/baileys'

export function encodeMessage(message: WAMessage): string {
  return Buffer.from(proto.WebMessageInfo.encode(message as proto.IWebMessageInfo).finish()).toString('base64')
}

export function decodeMessage(text: string): WAMessage {
  return proto.WebMessageInfo.decode(Buffer.from(text, 'base64')) as WAMessage
}
