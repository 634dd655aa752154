// A whole bridge, to a network that has one inhabitant: Echo says back whatever it is told. docs/writing-a-bridge.md explains it.
import {
  abilities,
  loginConnector,
  loginId,
  plainText,
  remoteChatId,
  remoteMessageId,
  remoteUserId,
  type ChatSnapshot,
  type NetworkConnector,
} from '@pons/core'

const echo = { id: remoteUserId('echo'), name: 'Echo' }
const snapshot: ChatSnapshot = { kind: 'direct', members: [{ user: echo }] }

export function createEchoConnector(): NetworkConnector {
  return loginConnector({
    info: {
      id: 'echo',
      displayName: 'Echo',
      url: 'https://example.org/',
      commandPrefix: '!echo',
      botLocalpart: 'echobot',
      ghostPrefix: 'echo_',
      aliasPrefix: 'echo_',
      protocols: ['echo'],
    },
    loginFlows: [{ id: 'name', name: 'Name', description: 'Any name will do.' }],
    nobody: 'Only Echo lives here.',
    async *startLogin() {
      const fields = [{ id: 'name', name: 'Name', type: 'text' as const }]
      const { name = '' } = yield { kind: 'input', instructions: 'Who are you?', fields }
      return { id: loginId(name), remoteName: name, metadata: {} }
    },
    loadLogin: ({ host, login, tell }) => ({
      ...abilities(
        { message: async ({ document }) => [{ text: plainText(document) }] },
        { message: { maxTextLength: 1000 } },
      ),
      serves: () => true,
      isSelf: (user: string) => user === login.id,
      remoteIdOf: (key) => remoteMessageId(key),
      open: async () => ({
        life: { start: async () => tell('CONNECTED'), stop: async () => undefined },
        find: async () => ({ chat: { chat: remoteChatId('echo'), receiver: login.id }, snapshot }),
        chatSnapshot: async () => snapshot,
        userInfo: async () => echo,
        async transmit({ text }, { chat, key }) {
          const document = {
            kind: 'text',
            blocks: [{ type: 'paragraph', children: [{ type: 'text', text: text as string }] }],
          } as const
          const said = { kind: 'message', id: remoteMessageId(`echo of ${key}`), sender: echo, document } as const
          await host.ingest({ ...said, chat, timestampMs: host.now(), login: login.id })
          return { remoteId: remoteMessageId(key), isConfirmed: true }
        },
      }),
    }),
    ghostSuffix: (user) => user,
    userOfGhost: (suffix) => (suffix === 'echo' ? echo.id : undefined),
    aliasSuffix: () => undefined,
    identifierOfAlias: () => undefined,
  })
}
