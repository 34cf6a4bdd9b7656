/** From a reference to a prompt: stores what the workflow sends along, reads the transcript, renders it. */
import { ApplicationFailure } from '@temporalio/common';
import type { ModelCallRequest } from '../../protocol/activities.ts';
import type { Agent, Team } from '../../protocol/team.ts';
import type { Store } from '../../storage/store.ts';
import { currentRun } from '../current-run.ts';
import { hashRequest } from '../model/request-hash.ts';
import type { ProviderRequest } from '../model/provider.ts';
import type { CatalogTool } from '../tools/catalog-tool.ts';
import { offerTools } from '../tools/tool-catalog.ts';

import { toPromptMessages } from './prompt-messages.ts';
import { renderInstruction } from './render-instruction.ts';
import { renderSystemPrompt } from './system-prompt.ts';

export interface PreparedPrompt {
  team: Team;
  agent: Agent;
  tools: readonly CatalogTool[];
  request: ProviderRequest;
  /** Variables that the instruction asks for and nobody has set. */
  missing: string[];
  /** Nobody has asked for this step's answer before. */
  isNewStep: boolean;
  /**
   * Of the request to the agent's own model, with the instruction as it is written: a variable that was set meanwhile
   * does not make a stored answer the answer to something else.
   */
  requestHash: string;
  /** Of the last call whose usage is known. */
  lastInputTokens: number | null;
  /** The conversation's model has not answered yet. */
  isFirstCall: boolean;
}

export async function preparePrompt(store: Store, call: ModelCallRequest): Promise<PreparedPrompt> {
  const { team, agent } = await loadAgent(store, call);
  const step = { turn: call.turn, step: call.step, run: currentRun(), head: call.head };
  const { isNew: isNewStep, rows } = await store.transcript.openStep(call, step, call.append);
  const isTask = call.task !== null;
  const { tools, definitions } = offerTools(team, agent, { isTask, hasTasks: call.hasTasks === true });
  const date = new Date(rows[0]?.at ?? 0).toISOString().slice(0, 10);
  const situation = { isTask, date };
  const rendered = await renderInstruction(store, call, agent);
  const request: ProviderRequest = {
    system: renderSystemPrompt(team, rendered.agent, situation),
    messages: await toPromptMessages(rows, (id) => loadFile(store, call.workspace, id)),
    tools: definitions,
    toolChoice: call.tools ?? 'auto',
    ...(agent.structuredOutput === undefined ? {} : { output: agent.structuredOutput }),
  };
  const model = team.models[agent.model];
  if (model === undefined) throw missing(`The team has no model named ${agent.model}.`);
  const replies = rows.filter(({ kind }) => kind === 'assistant');
  const lastInputTokens =
    replies.findLast(({ usage }) => usage?.inputTokens != null)?.usage?.inputTokens ?? null;
  const isFirstCall = replies.length === 0;
  const isAsWritten = rendered.agent === agent;
  const asWritten = isAsWritten
    ? request
    : { ...request, system: renderSystemPrompt(team, agent, situation) };
  const requestHash = hashRequest(model, asWritten);
  return {
    team,
    agent,
    tools,
    request,
    missing: rendered.missing,
    isNewStep,
    requestHash,
    lastInputTokens,
    isFirstCall,
  };
}

async function loadAgent(
  store: Store,
  { workspace, team: version, agent: name }: { workspace: string; team: string; agent: string },
): Promise<{ team: Team; agent: Agent }> {
  const team = await store.teams.get(workspace, version);
  if (team === null) throw missing(`The team ${version} is not in the store.`);
  const agent = team.agents[name];
  if (agent === undefined) throw missing(`The team has no agent named ${name}.`);
  return { team, agent };
}

async function loadFile(
  store: Store,
  workspace: string,
  id: string,
): Promise<{ name: string; mediaType: string; base64: string }> {
  const file = await store.files.get(workspace, id);
  if (file === null) {
    const type = 'model.bad_request';
    throw ApplicationFailure.create({
      type,
      message: `The file ${id} does not exist any more.`,
      nonRetryable: true,
    });
  }
  return { name: file.name, mediaType: file.mediaType, base64: Buffer.from(file.bytes).toString('base64') };
}

function missing(message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: 'team.not_found', message, nonRetryable: true });
}
