import type { BridgeHost, Intake, LoginId, TellState } from '@pons/core'
import type { UserId } from '@pons/matrix'
import { AccountLife } from './account-life.ts'
import { accountStore, type AccountStore } from './account-store.ts'
import { Account } from './account.ts'
import { ChatInfo } from './chat-info.ts'
import type { WhatsAppConfig } from './config.ts'
import { ConnectionNews } from './connection-news.ts'
import { dial } from './dial.ts'
import { fetchOptions } from './fetch-options.ts'
import { accountIntake } from './from-network/account-intake.ts'
import { AccountLines } from './from-network/account-placeholders.ts'
import { ChangedPictures } from './from-network/changed-pictures.ts'
import { ChatReader } from './from-network/chat-reader.ts'
import { decryptionListener } from './from-network/decryption-listener.ts'
import { LibraryEvents } from './from-network/library-events.ts'
import { MessageReader } from './from-network/message-reader.ts'
import { Messages } from './from-network/messages.ts'
import { PhoneHistory } from './from-network/phone-history.ts'
import { SpeakerPictures } from './from-network/speaker-pictures.ts'
import { TypingWatch } from './from-network/typing-watch.ts'
import { Groups } from './groups.ts'
import type { Self } from './ids.ts'
import type { KnownChats } from './known-snapshot.ts'
import { LastOnline } from './last-online.ts'
import { People } from './people.ts'
import { Placeholders } from './placeholders.ts'
import { AuthState } from './protocol/auth-state.ts'
import { Connection } from './protocol/connection.ts'
import { DecryptionLog } from './protocol/decryption-log.ts'
import { fetchHistory } from './protocol/fetch-history.ts'
import { Questions } from './questions.ts'
import { SentMessages } from './sent-messages.ts'
import type { SharedLines } from './shared-lines.ts'
import { Timers } from './timers.ts'
import { groupToEncryptFor } from './to-network/group-to-encrypt-for.ts'
import { Unread } from './unread.ts'

export interface AccountOptions {
  readonly host: BridgeHost
  readonly login: LoginId
  readonly name: string
  readonly self: Self
  readonly owner: UserId
  readonly config: WhatsAppConfig
  readonly lines: SharedLines
  readonly tell: TellState
}

/**
 * An account with all its parts, each made of those before it. undefined where the device is not linked any more.
 *
 * What is known comes first, then the intake that stores it and the connection that one asks on, then what asks, then those who
 * understand what comes, and last what dials and lets it come.
 */
export async function loadAccount(options: AccountOptions): Promise<Account | undefined> {
  const { host, login, config } = options
  const { logger } = host
  const auth = await AuthState.load(host.store, login)
  if (auth === undefined) return undefined
  const { store, chats, placeholders } = await knownOf(options)
  const { people, groups, timers } = chats
  const [sent, unread] = [new SentMessages(store, host), new Unread()]
  const [intake, connection] = [accountIntake(host, store, chats), new Connection()]
  const news = new ConnectionNews(options)
  const web = fetchOptions(config.server, host.egress.forOthers)
  const questions = new Questions(connection, intake)
  const info = new ChatInfo({ host, login, chats })
  const anew = new ChatReader({ host, login, info, intake, connection })
  const speakers = new SpeakerPictures({ host, login, people, groups, info, intake, connection })
  const watch = new TypingWatch(host, connection)
  const lines = new AccountLines({ store, placeholders, shared: options.lines })
  const reader = new MessageReader({ host, login, chats, lines, unread, readAnew: (chat) => anew.readAnew(chat) })
  const history = phoneHistory(options, { store, chats, intake, web, news })
  const decryptions = decryptionsOf(host, auth)
  const messages = new Messages({ logger, reader, auth, decryptions, intake, history, pictures: speakers, watch })
  const pictures = new ChangedPictures({ host, login, people, speakers, reader: anew })
  const events = new LibraryEvents({ host, login, chats, auth, intake, messages, pictures })
  const listener = decryptionListener({ host, connection, intake, messages })
  const groupMetadata = async (jid: string) => await groupToEncryptFor({ host, chats, connection, intake }, jid)
  const dialParts = { host, server: config.server, fetchOptions: web, auth, decryptions, listener, sent, groupMetadata }
  const lastOnline = new LastOnline({ ...options, store })
  const life = new AccountLife({
    host,
    login,
    store,
    placeholders,
    connection,
    intake,
    messages,
    events,
    speakers,
    watch,
    news,
    sent,
    lastOnline,
    dial: () => dial(dialParts),
    takeLinesAway: options.lines.add({ placeholders, store }),
  })
  const maxBytes = config.max_media_bytes
  const opened = async (signal: AbortSignal) => await connection.opened(signal)
  return new Account({
    login,
    life,
    connection,
    questions,
    info,
    people,
    unread,
    history: { naming: { host, people }, login, store },
    transmitting: { host, people, timers, sent, maxBytes, opened },
    fetching: { options: web, maxBytes },
  })
}

async function knownOf({ host, login, self }: AccountOptions) {
  const store = accountStore(host.store, login)
  const people = await People.load(store, login, self)
  const chats = { people, groups: await Groups.load(store, people), timers: await Timers.load(store, people) }
  return { store, chats, placeholders: await Placeholders.load(store, people) }
}

function decryptionsOf(host: Pick<BridgeHost, 'store' | 'now'>, auth: AuthState): DecryptionLog {
  const { store } = host
  return new DecryptionLog({
    auth,
    list: async (prefix) => await store.list(prefix),
    write: async (writes) => await store.write(writes),
    now: () => host.now(),
  })
}

interface HistoryWays {
  readonly store: AccountStore
  readonly chats: KnownChats
  readonly intake: Intake
  readonly web: RequestInit
  readonly news: ConnectionNews
}

function phoneHistory({ host, login, config }: AccountOptions, ways: HistoryWays): PhoneHistory {
  const { store, chats, intake, web, news } = ways
  return new PhoneHistory({
    logger: host.logger,
    place: { host, login, store, chats },
    intake,
    limits: config,
    fetch: async (notice) => await fetchHistory(notice, { options: web, server: config.server }),
    tellOwner: (text) => news.tellOwner(text),
  })
}
