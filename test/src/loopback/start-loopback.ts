import type { Abilities } from './abilities.ts'
import { startIrcLoopback } from './irc-loopback.ts'
import { startTelegramLoopback } from './telegram-loopback.ts'
import type { LoopbackNetwork, SavedSide } from './loopback-network.ts'

export interface Loopback {
  readonly abilities: Abilities
  /** With what another one saved: that one again. */
  readonly start: (saved?: SavedSide) => Promise<LoopbackNetwork>
}

/** What every messenger has a form for; WhatsApp and Telegram alike. */
const messenger: Abilities = {
  fromNetwork: [
    'sayBold',
    'reply',
    'edit',
    'takeBack',
    'react',
    'unreact',
    'locate',
    'sendContact',
    'sendUnknown',
    'type',
    'read',
    'sayElsewhere',
    'rename',
    'addMember',
    'promote',
  ],
  toNetwork: [
    'bold',
    'reply',
    'edit',
    'redaction',
    'reaction',
    'reaction-removal',
    'location',
    'typing',
    'receipt',
    'topic',
    'name',
  ],
  media: ['image', 'video', 'voice', 'audio', 'file', 'sticker'],
}

/** Every network that has a loopback side, with what it is held to. */
export const loopbacks: Readonly<Record<string, Loopback>> = {
  irc: {
    // Edits, replies and the like are said in words on IRC; its own tests hold it to those.
    abilities: { fromNetwork: ['sayBold', 'setTopic'], toNetwork: ['bold'], media: [] },
    start: () => startIrcLoopback(),
  },
  telegram: { abilities: messenger, start: startTelegramLoopback },
  whatsapp: {
    abilities: { ...messenger, fromNetwork: [...messenger.fromNetwork, 'setTopic'] },
    // An optional package: it is loaded by those who ask for it.
    start: async (saved) => await (await import('./whatsapp-loopback.ts')).startWhatsAppLoopback(saved),
  },
}

/** Each network with a chat that several people of this server are in, each with a login of their own. */
export const sharedLoopbacks: Readonly<Record<string, () => Promise<LoopbackNetwork>>> = {
  irc: () => startIrcLoopback({ isShared: true }),
  telegram: () => startTelegramLoopback(undefined, { isShared: true }),
  whatsapp: async () =>
    await (await import('./whatsapp-loopback.ts')).startWhatsAppLoopback(undefined, { isShared: true }),
}
