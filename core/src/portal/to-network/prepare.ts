import type { MatrixIntent } from '../../network/matrix-intent.ts'
import type { ClientHandlers, RemoteAction } from '../../network/client-handlers.ts'

/** The actions a client makes of an intent; undefined when the network has no such thing. */
export async function prepare(
  handlers: ClientHandlers,
  intent: MatrixIntent,
): Promise<readonly RemoteAction[] | undefined> {
  switch (intent.kind) {
    case 'message':
      return await handlers.message(intent)
    case 'edit':
      return await handlers.edit?.(intent)
    case 'redaction':
      return await handlers.redaction?.(intent)
    case 'reaction':
      return await handlers.reaction?.(intent)
    case 'reaction-removal':
      return await handlers.reactionRemoval?.(intent)
    case 'name':
      return await handlers.name?.(intent)
    case 'avatar':
      return await handlers.avatar?.(intent)
    case 'topic':
      return await handlers.topic?.(intent)
    case 'membership':
      return await handlers.membership?.(intent)
    case 'power-level':
      return await handlers.powerLevel?.(intent)
  }
}
