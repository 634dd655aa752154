// A whole bridge, to a network that has one inhabitant: Echo says back whatever it is told. docs/writing-a-bridge.md explains it.
import {
  abilities,
  loginId,
  plainText,
  remoteChatId,
  remoteMessageId,
  remoteUserId,
  type BridgeHost,
  type ChatKey,
  type ChatSnapshot,
  type LoginProcess,
  type NetworkClient,
  type NetworkConnector,
  type StoredLogin,
} from '@pons/core'

const echo = { id: remoteUserId('echo'), name: 'Echo' }
const snapshot: ChatSnapshot = { kind: 'direct', members: [{ user: echo }] }

export function createEchoConnector(): NetworkConnector {
  let host: BridgeHost
  const chatOf = (login: StoredLogin): ChatKey => ({ chat: remoteChatId('echo'), receiver: login.id })
  return {
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
    handlers: {
      openChat: async ({ login }) => ({
        chat: { chat: remoteChatId('echo'), ...(login && { receiver: login }) },
        snapshot,
      }),
    },
    init: async (given) => void (host = given),
    start: async () => undefined,
    stop: async () => undefined,
    async *startLogin(): LoginProcess {
      const fields = [{ id: 'name', name: 'Name', type: 'text' as const }]
      const { name = '' } = yield { kind: 'input', instructions: 'Who are you?', fields }
      return { id: loginId(name), remoteName: name, metadata: {} }
    },
    loadLogin: (login): NetworkClient => ({
      ...abilities(
        { message: async ({ document }) => [{ text: plainText(document) }] },
        { message: { maxTextLength: 1000 } },
      ),
      connect: async () => host.clientState({ login: login.id, name: login.remoteName, state: 'CONNECTED' }),
      disconnect: async () => undefined,
      logout: async () => undefined,
      serves: () => true,
      isSelf: (user: string) => user === login.id,
      chatSnapshot: async () => snapshot,
      userInfo: async () => echo,
      remoteIdOf: (key) => remoteMessageId(key),
      async transmit({ text }, { key }) {
        const document = {
          kind: 'text',
          blocks: [{ type: 'paragraph', children: [{ type: 'text', text: text as string }] }],
        } as const
        const common = { chat: chatOf(login), timestampMs: host.now(), login: login.id }
        await host.ingest({ ...common, kind: 'message', id: remoteMessageId(`echo of ${key}`), sender: echo, document })
        return { remoteId: remoteMessageId(key), isConfirmed: true }
      },
    }),
    ghostSuffix: (user) => user,
    userOfGhost: (suffix) => (suffix === 'echo' ? echo.id : undefined),
    aliasSuffix: () => undefined,
    identifierOfAlias: () => undefined,
  }
}
