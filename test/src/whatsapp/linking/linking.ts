import { randomBytes } from 'node:crypto'
import type { proto } from '@whiskeysockets/baileys'
import type { Companion } from '../world/entities.ts'
import type { Connection } from '../connection.ts'
import { Outbox } from '../deliveries/outbox.ts'
import type { Faults } from '../faults.ts'
import type { Judge } from '../judge.ts'
import { typed, verify } from '../signal/keys.ts'
import { nowSeconds } from '../wire/clock.ts'
import { bytesOf, childOf, readUint, serverJid, stanza } from '../wire/stanza.ts'
import { newStanzaId } from '../wire/stanza-id.ts'
import type { Person } from '../world/entities.ts'
import { problemWithIdentity, vouchFor } from './device-identity.ts'

/** What a device that is not linked yet has said of itself. */
export interface Applicant {
  readonly connection: Connection
  readonly identity: Buffer
  readonly registrationId: number
  readonly signedPreKey: { readonly id: number; readonly publicKey: Buffer; readonly signature: Buffer }
}

const refCount = 6

/** Devices that wait to be linked, and how a phone links one. */
export class Linking {
  readonly #faults: Faults
  readonly #judge: Judge
  readonly #refs = new Map<string, Applicant>()
  readonly #applicants = new Map<Connection, Applicant>()

  constructor(faults: Faults, judge: Judge) {
    this.#faults = faults
    this.#judge = judge
  }

  /** Offers codes to a device that has none of an account. */
  async offer(connection: Connection, data: proto.ClientPayload.IDevicePairingRegistrationData): Promise<void> {
    const applicant: Applicant = {
      connection,
      identity: Buffer.from(data.eIdent ?? []),
      registrationId: readUint(data.eRegid ?? Buffer.alloc(0)),
      signedPreKey: {
        id: readUint(data.eSkeyId ?? Buffer.alloc(0)),
        publicKey: Buffer.from(data.eSkeyVal ?? []),
        signature: Buffer.from(data.eSkeySig ?? []),
      },
    }
    const { publicKey, signature } = applicant.signedPreKey
    if (data.eRegid?.length !== 4 || data.eSkeyId?.length !== 3 || data.eKeytype?.[0] !== 5)
      this.#judge.against('a registration whose numbers have the wrong length')
    if (!verify(applicant.identity, typed(publicKey), signature))
      this.#judge.against('a registration whose signed prekey is not signed')
    this.#applicants.set(connection, applicant)
    const length = this.#faults.areQrCodesExpired ? 0 : refCount
    const refs = Array.from({ length }, () => `2@${randomBytes(48).toString('base64')}`)
    for (const ref of refs) this.#refs.set(ref, applicant)
    const nodes = refs.map((ref) => stanza('ref', {}, Buffer.from(ref)))
    await connection.ask({ type: 'set', xmlns: 'md' }, [stanza('pair-device', {}, nodes)])
  }

  applicantAt(connection: Connection): Applicant | undefined {
    return this.#applicants.get(connection)
  }

  /** The codes that are shown now are no longer good, and those who show them are let go. */
  expireCodes(): void {
    this.#refs.clear()
    for (const connection of this.#applicants.keys()) connection.close()
  }

  forget(connection: Connection): void {
    this.#applicants.delete(connection)
    for (const [ref, applicant] of this.#refs) if (applicant.connection === connection) this.#refs.delete(ref)
  }

  /** The phone scans: the text of the code says of which connection it is, and with which keys. @throws Error if it is not good */
  async scan(person: Person, code: string): Promise<Companion> {
    const [ref = '', noiseKey = '', identity = '', secret = ''] = code.slice(code.indexOf('#') + 1).split(',')
    const applicant = this.#refs.get(ref)
    if (applicant === undefined) throw new Error('that code is not one of this server, or no longer good')
    if (!Buffer.from(noiseKey, 'base64').equals(applicant.connection.clientKey))
      this.#judge.against('a code with another noise key than that of its connection')
    if (!Buffer.from(identity, 'base64').equals(applicant.identity))
      this.#judge.against('a code with another identity than that of its connection')
    return await this.link(person, applicant, Buffer.from(secret, 'base64'))
  }

  async link(person: Person, applicant: Applicant, secret: Buffer): Promise<Companion> {
    const { connection } = applicant
    const number = ++person.lastDevice
    const companion: Companion = {
      ...applicant,
      person,
      number,
      pn: person.pn.replace('@', `:${number}@`),
      lid: person.lid.replace('@', `:${number}@`),
      noiseKey: connection.clientKey,
      preKeys: new Map(),
      outbox: new Outbox(this.#faults),
      connection: undefined,
      hasHistory: false,
    }
    const vouched = vouchFor(companion, { account: person.device.identity, secret })
    const success = stanza('pair-success', {}, [
      stanza('device-identity', {}, vouched),
      stanza('device', { jid: companion.pn, lid: companion.lid }),
      stanza('platform', { name: 'android' }),
      stanza('biz', { name: person.name }),
    ])
    const answer = await connection.ask({ type: 'set', xmlns: 'md', t: nowSeconds() }, [success])
    if (answer.attrs['type'] === 'error') throw new Error('the device refused to be linked')
    this.#judgeAnswer(bytesOf(childOf(answer, 'pair-device-sign'), 'device-identity'), companion)
    person.companions.set(number, companion)
    this.forget(connection)
    connection.streamError(515)
    return companion
  }

  #judgeAnswer(encoded: Buffer, { identity, person }: Companion): void {
    const problem = problemWithIdentity(encoded, identity, person.device.identity.publicKey)
    if (problem !== undefined) this.#judge.against(problem)
  }
}

/** The server tells the device something about linking by code. */
export function linkingNotice(content: Parameters<typeof stanza>[2]) {
  const attrs = { from: serverJid, id: newStanzaId(), t: nowSeconds() }
  return stanza('notification', { ...attrs, type: 'link_code_companion_reg' }, content)
}
