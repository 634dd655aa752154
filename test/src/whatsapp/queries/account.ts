import type { AppState } from '../account/app-state.ts'
import type { Logins } from '../linking/logins.ts'
import type { MediaHost } from '../media/media-host.ts'
import { childrenOf, stanza } from '../wire/stanza.ts'
import { nothing, type Answers } from './query.ts'

/** The device’s own account and session. */
export function accountAnswers(parts: {
  readonly logins: Logins
  readonly media: MediaHost
  readonly appState: AppState
}): Answers {
  const { logins, media, appState } = parts
  return {
    'w:p get': nothing,
    'w:p get ping': nothing,
    'w:stats set add': nothing,
    'urn:xmpp:whatsapp:dirty set clean': nothing,
    'passive set active': ({ connection, companion }) => {
      // It is ready for what waits for it.
      logins.activate(connection, companion)
      return undefined
    },
    'passive set passive': nothing,
    'abt get props': () => [stanza('props', { protocol: '1', hash: 'test', refresh: '86400' }, [])],
    'blocklist get': () => [stanza('list', {}, [])],
    'privacy get privacy': ({ companion }) => {
      const reads = companion.person.tellsReads ? 'all' : 'none'
      const settings = { readreceipts: reads, last: 'contacts', profile: 'all', status: 'contacts', online: 'all' }
      const categories = Object.entries({ ...settings, groupadd: 'all', calladd: 'all' })
      return [
        stanza(
          'privacy',
          {},
          categories.map(([name, value]) => stanza('category', { name, value })),
        ),
      ]
    },
    'privacy set tokens': () => [stanza('tokens', {}, [])],
    'w:m set media_conn': () => [
      stanza('media_conn', { auth: media.auth, ttl: '3600', auth_ttl: '21600', max_buckets: '12' }, [
        stanza('host', { hostname: media.uploadHostname, type: 'primary' }),
      ]),
    ],
    'w:sync:app:state set sync': async ({ companion, child }) => {
      const collections = []
      for (const asked of childrenOf(child, 'collection'))
        collections.push(await appState.sync(companion.person, asked))
      return [stanza('sync', {}, collections)]
    },
    'md set remove-companion-device': ({ companion }) => {
      setImmediate(() => logins.unlink(companion))
      return undefined
    },
  }
}
