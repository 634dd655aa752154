import type { GivenLogin, KnownLogin } from '@pons/core'
import type { UserId } from '@pons/matrix'
import { forgetLogin, selfOf } from './account-store.ts'
import type { Account } from './account.ts'
import type { WhatsAppConfig } from './config.ts'
import { isGroup, jidOf, jidOfChat, messageIdOf, selfJid, type Jid } from './ids.ts'
import { messageIdFor } from './protocol/message-id.ts'
import type { SharedLines } from './shared-lines.ts'
import { whatsAppAbilities } from './to-network/handlers.ts'

/** One login. The library is loaded, and the account built, when it connects. */
export function whatsAppLogin(
  { host, login, tell, account, loginOf }: GivenLogin<Account>,
  config: WhatsAppConfig,
  lines: SharedLines,
): KnownLogin<Account> {
  const { id, owner, remoteName: name } = login
  const self = selfOf(login.metadata)
  const isSelf = (jid: Jid): boolean => jid === self.phone || jid === self.lid
  const addressOf = (userId: UserId): Jid | undefined => {
    const other = userId === owner ? undefined : loginOf(userId)
    return other && selfJid(selfOf(other.metadata))
  }
  return {
    ...whatsAppAbilities(
      { host, config, addressOf, isSelf },
      {
        typing: async ({ chat, isTyping }) => await (await account()).setTyping(chat, isTyping),
        receipt: async (receipt) => await (await account()).markRead(receipt),
        history: async (request) => await (await account()).history(request),
      },
    ),
    // A group is served by whoever is in it; that shows when it is tried.
    serves({ chat }) {
      const jid = jidOf(chat)
      return jid !== undefined && isGroup(jid)
    },
    isSelf(user) {
      const jid = jidOf(user)
      return jid !== undefined && isSelf(jid)
    },
    // We choose the ids of messages, edits, reactions and deletions; others in a group hear of them under these.
    remoteIdOf: (key) => messageIdOf(messageIdFor(key)),
    checkChat: (chat) => void jidOfChat(chat),
    async open() {
      const { loadAccount } = await import('./load-account.ts')
      const loaded = await loadAccount({ host, config, lines, tell, login: id, name, owner, self })
      if (loaded === undefined) tell('BAD_CREDENTIALS', 'this device is not linked any more')
      return loaded
    },
    forget: async () => await forgetLogin(host.store, id),
  }
}
