import type { WhatsAppAction } from './actions.ts'

/** What goes out as a message, also where it is about another one. */
export type MessageAction = Extract<WhatsAppAction, { kind: 'text' | 'file' | 'place' | 'edit' | 'delete' | 'react' }>
