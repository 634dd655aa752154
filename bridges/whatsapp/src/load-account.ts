import type { BridgeHost, LoginId } from '@pons/core'
import type { UserId } from '@pons/matrix'
import { Account } from './account.ts'
import { accountStore } from './account-store.ts'
import type { WhatsAppConfig } from './config.ts'
import { ConnectionNews } from './connection-news.ts'
import { dial } from './dial.ts'
import { fetchOptions as optionsFor } from './fetch-options.ts'
import { Groups } from './groups.ts'
import type { Jid, Self } from './ids.ts'
import { ChatReader } from './intake/chat-reader.ts'
import { Intake } from './intake/intake.ts'
import { LibraryEvents } from './intake/library-events.ts'
import { Messages } from './intake/messages.ts'
import { PhoneHistory } from './intake/phone-history.ts'
import { SpeakerPictures } from './intake/speaker-pictures.ts'
import { LastOnline } from './last-online.ts'
import { People } from './people.ts'
import { Placeholders, type SharedLines } from './placeholders.ts'
import { AuthState } from './protocol/auth-state.ts'
import { Connection } from './protocol/connection.ts'
import { DecryptionJournal } from './protocol/decryption-journal.ts'
import { fetchHistory } from './protocol/history-sync.ts'
import type { AccountContext } from './remote-context.ts'
import { SentMessages } from './sent-messages.ts'
import { Timers } from './timers.ts'
import { TypingWatch } from './typing-watch.ts'
import { Unread } from './unread.ts'

export interface AccountOptions {
  readonly host: BridgeHost
  readonly login: LoginId
  readonly name: string
  readonly self: Self
  readonly owner: UserId
  readonly config: WhatsAppConfig
  readonly lines: SharedLines
}

/**
 * An account with all its parts, each made of those before it. undefined where the device is not linked any more.
 *
 * What is known comes first, then the intake that stores it and the connection that one asks on, then what asks, then those who
 * understand what comes, and last what dials and lets it come.
 */
export async function loadAccount(options: AccountOptions): Promise<Account | undefined> {
  const { host, login, config, lines } = options
  const auth = await AuthState.load(host.store, login)
  if (auth === undefined) return undefined
  const known = await knownOf(options)
  const { store, placeholders } = known
  const intake = new Intake(known)
  const connection = new Connection()
  const journal = new DecryptionJournal({
    auth,
    list: async (prefix) => await host.store.list(prefix),
    write: async (writes) => await host.store.write(writes),
    now: () => host.now(),
  })
  const news = new ConnectionNews(options)
  const sent = new SentMessages(store, host)
  const fetchOptions = optionsFor(config.server, host.egress.forOthers)
  const reader = new ChatReader({ known, intake, connection })
  const pictures = new SpeakerPictures({ known, intake, connection })
  const watch = new TypingWatch(host, connection)
  const context = { ...known, readAnew: (chat: Jid) => reader.readAnew(chat) }
  const history = new PhoneHistory({
    context,
    intake,
    limits: config,
    fetch: async (notice) => await fetchHistory(notice, { options: fetchOptions, server: config.server }),
    tellOwner: (text) => news.tellOwner(text),
  })
  const messages = new Messages({ context, auth, journal, intake, history, pictures, watch })
  return new Account({
    context,
    config,
    fetchOptions,
    intake,
    messages,
    events: new LibraryEvents({ context, auth, intake, messages, pictures }),
    pictures,
    watch,
    news,
    sent,
    lastOnline: new LastOnline({ ...options, store }),
    connection,
    dial: () => dial({ known, config, fetchOptions, auth, journal, sent, connection, intake, messages }),
    takeLinesAway: lines.add({ placeholders, store }),
  })
}

async function knownOf({ host, login, self, lines }: AccountOptions): Promise<AccountContext> {
  const store = accountStore(host.store, login)
  const people = await People.load(store, login, self)
  return {
    host,
    login,
    store,
    people,
    groups: await Groups.load(store, people),
    timers: await Timers.load(store, people),
    placeholders: await Placeholders.load(store, people),
    lines,
    unread: new Unread(),
  }
}
