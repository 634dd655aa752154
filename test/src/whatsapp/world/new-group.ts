import type { Group, Person } from './entities.ts'

/** A group of these people, of which the first creates it; the number makes its id. */
export function newGroup(subject: string, members: readonly Person[], number: number): Group {
  const [creator] = members
  if (creator === undefined) throw new Error('a group without members')
  return {
    kind: 'group',
    jid: `1203630000${String(number).padStart(8, '0')}@g.us`,
    subject,
    description: '',
    descriptionId: undefined,
    timerSeconds: 0,
    createdAt: Math.floor(Date.now() / 1000),
    creator,
    members: new Map(members.map((person) => [person, { isAdmin: person === creator }])),
  }
}
