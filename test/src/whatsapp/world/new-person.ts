import type { SignalDevice } from '../signal/signal-device.ts'
import type { Person } from './entities.ts'

/** Somebody with a phone, who has no linked device and has received nothing. */
export function newPerson({ name, phone }: { name: string; phone: string }, device: SignalDevice): Person {
  const messages: Person['messages'] = []
  return {
    kind: 'person',
    name,
    phone,
    pn: `${phone}@s.whatsapp.net`,
    lid: `90${phone}@lid`,
    device,
    companions: new Map(),
    lastDevice: 0,
    messages,
    typingSeen: [],
    contactNames: new Map(),
    pictureUrl: undefined,
    tellsReads: true,
    seen: (chat) => (chat === undefined ? messages : messages.filter((message) => message.chat === chat)),
  }
}
