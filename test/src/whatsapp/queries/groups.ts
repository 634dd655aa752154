import { bytesIn, bytesOf, childrenOf, stanza } from '../wire/stanza.ts'
import type { Group, Person } from '../world/entities.ts'
import { groupNode } from '../world/group-changes.ts'
import { QueryError } from './query-error.ts'
import type { Answers, QueryContext } from './query.ts'

/** Groups, as their members may see and change them. */
export const groupAnswers: Answers = {
  'w:g2 get query': (context) => [groupNode(groupOf(context))],
  'w:g2 get participating': ({ addresses, companion }) => {
    const own = [...addresses.groups].filter(({ members }) => members.has(companion.person))
    return [stanza('groups', {}, own.map(groupNode))]
  },
  'w:g2 set subject': async (context) => {
    const group = groupOf(context)
    await context.groups.rename(context.companion.person, group, bytesIn(context.child).toString())
    return undefined
  },
  'w:g2 set description': async (context) => {
    const group = groupOf(context)
    const previous = context.child?.attrs['prev']
    if (previous !== group.descriptionId) throw new QueryError(409, 'conflict')
    await context.groups.describe(context.companion.person, group, bytesOf(context.child, 'body').toString())
    return undefined
  },
  'w:g2 set add': async (context) => {
    const group = groupOf(context, true)
    const people = peopleIn(context)
    await context.groups.add(context.companion.person, group, people)
    return [stanza('add', {}, done(people))]
  },
  'w:g2 set remove': async (context) => {
    const group = groupOf(context, true)
    const people = peopleIn(context)
    await context.groups.remove(context.companion.person, group, people)
    return [stanza('remove', {}, done(people))]
  },
  'w:g2 set promote': async (context) => await setAdmin(context, true),
  'w:g2 set demote': async (context) => await setAdmin(context, false),
  'w:g2 set leave': async ({ addresses, groups, companion, child }) => {
    for (const { attrs } of childrenOf(child, 'group')) {
      const group = addresses.group(attrs['id'])
      if (group !== undefined) await groups.remove(companion.person, group, [companion.person])
    }
    return [stanza('leave')]
  },
}

async function setAdmin(context: QueryContext, isAdmin: boolean) {
  const group = groupOf(context, true)
  const people = peopleIn(context)
  await context.groups.setAdmin(context.companion.person, group, { people, isAdmin })
  return [stanza(isAdmin ? 'promote' : 'demote', {}, done(people))]
}

function groupOf({ addresses, query, companion }: QueryContext, mustBeAdmin = false): Group {
  const group = addresses.group(query.attrs['to'])
  if (group === undefined) throw new QueryError(404, 'item-not-found')
  const membership = group.members.get(companion.person)
  if (membership === undefined || (mustBeAdmin && !membership.isAdmin)) throw new QueryError(403, 'forbidden')
  return group
}

function peopleIn({ addresses, child }: QueryContext): Person[] {
  return childrenOf(child, 'participant').map(({ attrs }) => {
    const person = addresses.person(attrs['jid'])
    if (person === undefined) throw new QueryError(404, 'item-not-found')
    return person
  })
}

function done(people: readonly Person[]) {
  return people.map(({ lid }) => stanza('participant', { jid: lid }))
}
