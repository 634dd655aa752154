import type { Abilities, SharedScene } from './abilities.ts'
import { startIrcLoopback } from './irc-loopback.ts'
import { startTelegramLoopback } from './telegram-loopback.ts'
import type { LoopbackNetwork, SavedSide } from './loopback-network.ts'

export interface Loopback {
  readonly abilities: Abilities
  /** With what another one saved: that one again. */
  readonly start: (saved?: SavedSide) => Promise<LoopbackNetwork>
}

/** What every messenger has a form for; WhatsApp and Telegram alike. */
const messenger: Omit<Abilities, 'withoutFaults'> = {
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
    abilities: {
      fromNetwork: ['sayBold', 'setTopic'],
      toNetwork: ['bold'],
      media: [],
      withoutFaults: {
        duplicateNext: 'a server says a line to a connection once',
        reorderNext: 'the lines of a connection keep their order',
        corruptNext: 'lines are not encrypted apart from their connection',
        loseNext: 'a line is lost with its connection alone',
        loseNextAnswer: 'an answer is lost with its connection alone, as the adapter’s own tests lose it',
      },
    },
    start: () => startIrcLoopback(),
  },
  telegram: {
    abilities: {
      ...messenger,
      withoutFaults: {
        reorderNext: 'updates are numbered: one that overtakes another is one before which something was lost',
        corruptNext: 'messages are not encrypted apart from their connection',
      },
    },
    start: startTelegramLoopback,
  },
  whatsapp: {
    abilities: {
      ...messenger,
      fromNetwork: [...messenger.fromNetwork, 'setTopic'],
      withoutFaults: { loseNext: 'what a client has not confirmed is pushed again' },
    },
    // An optional package: it is loaded by those who ask for it.
    start: async (saved) => await (await import('./whatsapp-loopback.ts')).startWhatsAppLoopback(saved),
  },
}

export interface SharedLoopback {
  readonly start: () => Promise<LoopbackNetwork>
  /** Why there is no such thing; everything else must be there. */
  readonly without: Readonly<Partial<Record<SharedScene, string>>>
}

/** Each network with a chat that several people of this server are in, each with a login of their own. */
export const sharedLoopbacks: Readonly<Record<string, SharedLoopback>> = {
  irc: {
    start: () => startIrcLoopback({ isShared: true }),
    without: {
      'another app': 'nobody writes under a nick but over its own connection',
      changes: 'a line that was said stays as it is',
      'topic and name': 'the topic is for operators of the channel to set, and its name is its address',
      'rooms of one’s own': 'a channel has one room',
      broadcast: 'who may write in a channel is the concern of the adapter’s own tests',
    },
  },
  telegram: { start: () => startTelegramLoopback(undefined, { isShared: true }), without: {} },
  whatsapp: {
    start: async () =>
      await (await import('./whatsapp-loopback.ts')).startWhatsAppLoopback(undefined, { isShared: true }),
    without: {
      'rooms of one’s own': 'a group has one room',
      broadcast: 'who may write in a group is the concern of the adapter’s own tests',
    },
  },
}
