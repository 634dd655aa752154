import { createCipheriv, createDecipheriv, hkdfSync, pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { Companion } from '../world/entities.ts'
import type { Connection } from '../connection.ts'
import { agree, newKeyPair } from '../signal/keys.ts'
import { bytesOf, stanza, type Stanza } from '../wire/stanza.ts'
import type { Addresses } from '../world/addresses.ts'
import type { Person } from '../world/entities.ts'
import { linkingNotice, type Applicant, type Linking } from './linking.ts'

interface Request {
  readonly applicant: Applicant
  readonly ref: string
  /** Salt, IV, and the device's ephemeral key encrypted under the code. */
  readonly wrapped: Buffer
  readonly finished: PromiseWithResolvers<Buffer>
}

const [saltBytes, wrapIvBytes, bundleIvBytes, tagBytes] = [32, 16, 12, 16]
const rounds = 131_072
const stretch = promisify(pbkdf2)
const none = Buffer.alloc(0)

/** Linking by eight characters that the device shows and its owner types into the phone. */
export class LinkCodes {
  readonly #linking: Linking
  readonly #addresses: Addresses
  readonly #onChange: () => void
  readonly #requests = new Map<Person, Request>()

  constructor({ linking, addresses, onChange }: { linking: Linking; addresses: Addresses; onChange: () => void }) {
    this.#linking = linking
    this.#addresses = addresses
    this.#onChange = onChange
  }

  /** Has a device asked to be linked with the person's account? */
  isAsked(person: Person): boolean {
    return this.#requests.has(person)
  }

  /** The device has said for whom it wants to be linked, or sends what completes it. False if that makes no sense. */
  handle(connection: Connection, query: Stanza, link: Stanza): boolean {
    if (link.attrs['stage'] === 'companion_hello') return this.#begin(connection, query, link)
    const ref = bytesOf(link, 'link_code_pairing_ref').toString()
    const request = [...this.#requests.values()].find((candidate) => candidate.ref === ref)
    if (request === undefined || link.attrs['stage'] !== 'companion_finish') return false
    if (!bytesOf(link, 'companion_identity_public').equals(request.applicant.identity)) return false
    // It waits for this before it can take anything else.
    connection.answer(query)
    request.finished.resolve(bytesOf(link, 'link_code_pairing_wrapped_key_bundle'))
    return true
  }

  /** @throws Error where no device has asked, or the code is another */
  async enter(person: Person, typedCode: string): Promise<Companion> {
    const request = this.#requests.get(person)
    if (request === undefined) throw new Error(`no device wants to be linked with ${person.phone}`)
    const code = typedCode.replaceAll('-', '').toUpperCase()
    const ephemeral = newKeyPair()
    const wrapped = await wrap(ephemeral.publicKey, code)
    request.applicant.connection.send(
      linkingNotice([
        stanza('link_code_companion_reg', { stage: 'primary_hello' }, [
          stanza('link_code_pairing_ref', {}, Buffer.from(request.ref)),
          stanza('primary_identity_pub', {}, person.device.identity.publicKey),
          stanza('link_code_pairing_wrapped_primary_ephemeral_pub', {}, wrapped),
        ]),
      ]),
    )
    const theirs = await unwrapKey(request.wrapped, code)
    const bundle = await request.finished.promise
    this.#requests.delete(person)
    const shared = agree(ephemeral.privateKey, theirs)
    const random = openBundle(bundle, shared, { person, applicant: request.applicant })
    const identities = agree(person.device.identity.privateKey, request.applicant.identity)
    const secret = hkdfSync('sha256', Buffer.concat([shared, identities, random]), none, 'adv_secret', 32)
    return await this.#linking.link(person, request.applicant, Buffer.from(secret))
  }

  #begin(connection: Connection, query: Stanza, link: Stanza): boolean {
    const applicant = this.#linking.applicantAt(connection)
    const person = this.#addresses.person(link.attrs['jid'])
    const wrapped = bytesOf(link, 'link_code_pairing_wrapped_companion_ephemeral_pub')
    if (applicant === undefined || person === undefined || wrapped.length !== 80) return false
    if (!bytesOf(link, 'companion_server_auth_key_pub').equals(connection.clientKey)) return false
    const ref = randomBytes(16).toString('base64')
    this.#requests.set(person, { applicant, ref, wrapped, finished: Promise.withResolvers() })
    this.#onChange()
    const answer = [stanza('link_code_pairing_ref', {}, Buffer.from(ref))]
    connection.answer(query, [stanza('link_code_companion_reg', { stage: 'companion_hello' }, answer)])
    return true
  }
}

async function wrap(key: Buffer, code: string): Promise<Buffer> {
  const [salt, iv] = [randomBytes(saltBytes), randomBytes(wrapIvBytes)]
  const cipher = createCipheriv('aes-256-ctr', await stretch(code, salt, rounds, 32, 'sha256'), iv)
  return Buffer.concat([salt, iv, cipher.update(key), cipher.final()])
}

async function unwrapKey(wrapped: Buffer, code: string): Promise<Buffer> {
  const salt = wrapped.subarray(0, saltBytes)
  const iv = wrapped.subarray(saltBytes, saltBytes + wrapIvBytes)
  const decipher = createDecipheriv('aes-256-ctr', await stretch(code, salt, rounds, 32, 'sha256'), iv)
  return Buffer.concat([decipher.update(wrapped.subarray(saltBytes + wrapIvBytes)), decipher.final()])
}

/** The device's proof that it knows the code: both identities and 32 random bytes. @throws Error where it does not */
function openBundle(bundle: Buffer, shared: Buffer, { person, applicant }: Parties): Buffer {
  const salt = bundle.subarray(0, saltBytes)
  const iv = bundle.subarray(saltBytes, saltBytes + bundleIvBytes)
  const key = hkdfSync('sha256', shared, salt, 'link_code_pairing_key_bundle_encryption_key', 32)
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key), iv)
  decipher.setAuthTag(bundle.subarray(-tagBytes))
  const sealed = bundle.subarray(saltBytes + bundleIvBytes, -tagBytes)
  const plain = Buffer.concat([decipher.update(sealed), decipher.final()])
  const expected = Buffer.concat([applicant.identity, person.device.identity.publicKey])
  if (!plain.subarray(0, 64).equals(expected)) throw new Error('the device has linked other identities')
  return plain.subarray(64, 96)
}

interface Parties {
  readonly person: Person
  readonly applicant: Applicant
}
