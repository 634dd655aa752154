import type { BridgeHost, LoginId, TellState } from '@pons/core'
import type { TelegramClient } from 'telegram'
import { AccountLife } from './account-life.ts'
import { accountStore } from './account-store.ts'
import { Account } from './account.ts'
import type { Application } from './application.ts'
import type { TelegramConfig } from './config.ts'
import { ConnectionNews } from './connection-news.ts'
import { accountIntake } from './from-network/account-intake.ts'
import { ChatReader } from './from-network/chat-reader.ts'
import type { Files } from './from-network/fetch-media.ts'
import { takeFirstChats } from './from-network/first-chats.ts'
import { OnceMessages } from './from-network/once-messages.ts'
import { readGap } from './from-network/read-gap.ts'
import { readHistory } from './from-network/read-history.ts'
import { takeUpdates } from './from-network/take-updates.ts'
import { UpdateReader } from './from-network/update-reader.ts'
import { MovedGroups } from './moved-groups.ts'
import { People } from './people.ts'
import { AccountConnection } from './protocol/account-connection.ts'
import { buildClient } from './protocol/connection.ts'
import { fetchFile } from './protocol/download.ts'
import type { PeerKey } from './protocol/peer-key.ts'
import { Peers } from './protocol/peers.ts'
import type { SessionData } from './protocol/tapped-session.ts'
import { UpdateEngine } from './protocol/update-engine.ts'
import type { Reader } from './reader.ts'
import { SentMessages } from './sent-messages.ts'
import { sessionWrite } from './stored-session.ts'
import { SentLookUp } from './to-network/sent-look-up.ts'
import type { TransmitParts } from './to-network/transmit-parts.ts'

export interface AccountOptions {
  readonly host: BridgeHost
  readonly login: LoginId
  readonly config: TelegramConfig
  readonly application: Application
  readonly tell: TellState
}

/**
 * An account with all its parts, each made of those before it: what is known, then the intake that stores it and the connection
 * that one asks on, then those who understand what comes, then what counts it, and last what dials and lets it come.
 */
export function loadAccount(options: AccountOptions): Account {
  const { host, login, config, tell } = options
  const { chats_after_login: limit, max_media_bytes: maxBytes } = config
  const store = accountStore(host.store, login)
  const peers = new Peers(store)
  const people = new People(login, peers)
  const sent = new SentMessages()
  const once = new OnceMessages(host.store, login)
  const intake = accountIntake(host, people)
  const news = new ConnectionNews({ logger: host.logger, tell })
  const onError = (error: unknown): void => news.failed(error)
  const connection = new AccountConnection(onError)
  const { signal } = connection
  const account: Reader = { peers, call: async (request, until) => await connection.call(request, until) }
  const moved = new MovedGroups({ host, login, account, signal })
  const chats = new ChatReader({ host, people, account, intake, onError })
  const reader = new UpdateReader({ host, store, intake, account, people, sent, once, chats })
  const engine = new UpdateEngine({
    signal,
    call: account.call,
    inputChannel: async (box) => await peers.channel(box as PeerKey),
    commit: async (batch, begin) => await takeUpdates({ login, intake, reader }, batch, begin),
    readGap: async (box, sinceMs) => await readGap(account, host, { box, login, sinceMs }),
    formerOf: async (box) => (await moved.all()).get(box as PeerKey),
    onSent: (randomId, id) => sent.learn(randomId, id),
    onError,
  })
  const lookUp = new SentLookUp({
    sent,
    page: async (peer, before) =>
      await readHistory(account, { peer, limit: 100, ...(before !== undefined && { before }) }),
    resync: async () => await engine.resync(),
  })
  const life = new AccountLife({
    store,
    news,
    connection,
    intake,
    engine,
    makeClient: (session) => clientFor(options, { session, peers, engine, onError }),
    begin: async () => await takeFirstChats({ host, account, people, engine, intake, moved, limit }),
  })
  const files: Files = {
    ...account,
    maxBytes,
    fetch: async (location) =>
      await fetchFile((request, dcId) => connection.call(request, undefined, dcId), location, maxBytes),
  }
  const affected: TransmitParts['affected'] = (box, answer) => engine.affected(box, answer)
  const transmitting = { host, login, peers, sent, lookUp, maxBytes, call: account.call, affected }
  return new Account({ life, news, reader: account, files, naming: { people, host }, transmitting })
}

interface Taps {
  readonly session: SessionData
  readonly peers: Peers
  readonly engine: UpdateEngine
  readonly onError: (error: unknown) => void
}

/** Everything that comes on the connection is learnt from first, and counted then. */
function clientFor({ host, login, config, application }: AccountOptions, taps: Taps): TelegramClient {
  const { session, peers, engine, onError } = taps
  return buildClient({
    ...application,
    session,
    server: config.server,
    egress: host.egress.forOthers,
    tap: {
      onData: (data) => void host.store.write([sessionWrite(login, data)]).catch(onError),
      onObject(object) {
        const { users, chats } = (object ?? {}) as { users?: unknown[]; chats?: unknown[] }
        peers.learn([...(users ?? []), ...(chats ?? []), ...(Array.isArray(object) ? (object as unknown[]) : [])])
        engine.feed(object)
      },
    },
  })
}
