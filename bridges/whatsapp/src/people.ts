import type { IdentityLink, LoginId, RemoteUser, StoreWrite } from '@pons/core'
import type { AccountStore } from './account-store.ts'
import { namesIn, withNames, type ContactNames } from './contact-names.ts'
import { chatKeyOf, digitsOf, isLid, isPhone, jidOf, selfJid, userIdOf, type Jid, type Self } from './ids.ts'

/** What may be learnt of somebody at once; absent fields say nothing. */
export interface Learnt extends ContactNames {
  readonly jid: string
  /** The same person under the other kind of address. */
  readonly alternative?: string | null | undefined
}

/**
 * Who is who: a person has a phone number and an opaque id. The opaque id names them here, from the moment it is known; the
 * number is an alias of it.
 */
export class People {
  readonly #login: LoginId
  readonly #self: Self
  readonly #lids = new Map<Jid, Jid>()
  readonly #phones = new Map<Jid, Jid>()
  readonly #names = new Map<Jid, ContactNames>()
  /** Ids of pictures; null for somebody who has none. */
  readonly #pictures = new Map<Jid, string | null>()
  /** Numbers that had to be used as ids, before the opaque id was known. */
  readonly #used = new Set<Jid>()
  #writes: StoreWrite[] = []
  #links: IdentityLink[] = []

  constructor(login: LoginId, self: Self) {
    this.#login = login
    this.#self = self
    if (self.lid !== undefined) this.#connect(self.phone, self.lid)
  }

  static async load(store: AccountStore, login: LoginId, self: Self): Promise<People> {
    const people = new People(login, self)
    for (const { key, value } of await store.list('lid/')) {
      const [phone, lid] = [jidOf(key.slice('lid/'.length)), typeof value === 'string' ? jidOf(value) : undefined]
      if (phone !== undefined && lid !== undefined) people.#connect(phone, lid)
    }
    for (const { key, value } of await store.list('contact/')) {
      const jid = jidOf(key.slice('contact/'.length))
      if (jid !== undefined) people.#names.set(jid, namesIn(value))
    }
    for (const { key, value } of await store.list('picture/')) {
      const jid = jidOf(key.slice('picture/'.length))
      const isPicture = typeof value === 'string' || value === false
      if (jid !== undefined && isPicture) people.#pictures.set(jid, value === false ? null : value)
    }
    for (const { key } of await store.list('used/')) {
      const jid = jidOf(key.slice('used/'.length))
      if (jid !== undefined) people.#used.add(jid)
    }
    return people
  }

  /** Takes in what is said of somebody, and returns the address they go by. */
  learn({ jid, alternative, ...names }: Learnt): Jid | undefined {
    const [given, other] = [jidOf(jid), jidOf(alternative)]
    // Of what the account itself says to somebody, the library may name the account as the other side's second address.
    const isMixed = given !== undefined && other !== undefined && this.isSelf(given) !== this.isSelf(other)
    const known = [given, isMixed ? undefined : other].filter((one) => one !== undefined)
    const [phone, lid] = [known.find(isPhone), known.find(isLid)]
    if (phone !== undefined && lid !== undefined) this.#identify(phone, lid)
    const person = lid ?? phone
    if (person === undefined) return known[0]
    const id = this.idOf(person)
    this.#name(id, names)
    return id
  }

  /** The address somebody goes by: their opaque id where it is known. Groups go by their own. */
  idOf(jid: Jid): Jid {
    if (!isPhone(jid)) return jid
    const lid = this.#lids.get(jid)
    if (lid !== undefined) return lid
    if (!this.#used.has(jid)) {
      this.#used.add(jid)
      this.#writes.push({ key: `used/${jid}`, value: true })
    }
    return jid
  }

  phoneOf(jid: Jid): Jid | undefined {
    return isPhone(jid) ? jid : this.#phones.get(jid)
  }

  /** Every address of somebody, or of a chat with them; of a group its own. */
  namesOf(jid: Jid): readonly Jid[] {
    const other = isPhone(jid) ? this.#lids.get(jid) : this.#phones.get(jid)
    return other === undefined ? [jid] : [jid, other]
  }

  isSelf(jid: Jid): boolean {
    return jid === this.#self.phone || jid === this.#self.lid
  }

  /** Somebody as the framework knows people. */
  user(jid: Jid): RemoteUser {
    const id = this.idOf(jid)
    const phone = this.phoneOf(id)
    const name = this.nameOf(id)
    return {
      id: userIdOf(id),
      ...(phone !== undefined && phone !== id && { aliases: [userIdOf(phone)] }),
      ...(name !== undefined && { name }),
      ...this.#avatarOf(id),
    }
  }

  /** null: they have none; undefined: that has to be asked again. True where that is new. */
  learnPicture(jid: Jid, picture: string | null | undefined): boolean {
    const id = this.idOf(jid)
    if (this.#pictures.get(id) === picture) return false
    if (picture === undefined) this.#pictures.delete(id)
    else this.#pictures.set(id, picture)
    this.#writes.push({ key: `picture/${id}`, value: picture === null ? false : picture })
    return true
  }

  /** Is it known whether they have a picture? */
  hasPicture(jid: Jid): boolean {
    return this.#pictures.has(this.idOf(jid))
  }

  #avatarOf(id: Jid): Pick<RemoteUser, 'avatar'> {
    const picture = this.#pictures.get(id)
    if (picture === undefined) return {}
    return { avatar: picture === null ? null : { id: picture, source: { login: this.#login, pictureOf: id } } }
  }

  /**
   * For everybody: what WhatsApp has confirmed, then what people call themselves. How the account's owner has noted them is
   * theirs alone.
   */
  nameOf(jid: Jid): string | undefined {
    const id = this.#lids.get(jid) ?? jid
    const { verified, push } = { ...this.#names.get(this.#phones.get(id) ?? id), ...this.#names.get(id) }
    const phone = this.phoneOf(id)
    return verified ?? push ?? (phone === undefined ? undefined : `+${digitsOf(phone)}`)
  }

  /** In the phone's address book: a name for rooms that nobody else is in. */
  bookNameOf(jid: Jid): string | undefined {
    const id = this.#lids.get(jid) ?? jid
    return { ...this.#names.get(this.#phones.get(id) ?? id), ...this.#names.get(id) }.book
  }

  self(): Jid {
    return selfJid(this.#self)
  }

  /** What was learnt since it was asked last, to be stored. */
  takeWrites(): StoreWrite[] {
    const writes = this.#writes
    this.#writes = []
    return writes
  }

  takeLinks(): IdentityLink[] {
    const links = this.#links
    this.#links = []
    return links
  }

  #identify(phone: Jid, lid: Jid): void {
    if (this.#lids.get(phone) === lid) return
    this.#connect(phone, lid)
    this.#writes.push({ key: `lid/${phone}`, value: lid })
    if (!this.#used.delete(phone)) return
    this.#writes.push({ key: `used/${phone}`, value: undefined })
    const chats = [lid, phone].map((jid) => chatKeyOf(jid, this.#login))
    this.#links.push({ user: userIdOf(lid), aliases: [userIdOf(phone)] })
    this.#links.push({ chat: chats[0] ?? chatKeyOf(lid, this.#login), aliases: chats.slice(1) })
  }

  #connect(phone: Jid, lid: Jid): void {
    this.#lids.set(phone, lid)
    this.#phones.set(lid, phone)
  }

  #name(id: Jid, names: ContactNames): void {
    const before = this.#names.get(id) ?? {}
    const after = withNames(before, names)
    if (JSON.stringify(after) === JSON.stringify(before)) return
    this.#names.set(id, after)
    this.#writes.push({ key: `contact/${id}`, value: { ...after } })
  }
}
