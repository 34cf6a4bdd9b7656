/**
 * The scripted models of sessions that share workers. The model's name says whose script is meant: a session whose
 * test is over may still be at work, and must not take the lines of the next one.
 */
import type { Provider } from '../../activities/model/provider.ts';
import { scriptModel } from './scripted-model.ts';
import type { Script, ScriptedModel } from './scripted-model.ts';

interface SessionModel extends ScriptedModel {
  /** What a team of this session calls the model of an agent's script. */
  nameFor(agent: string): string;
}

export interface ScriptedModels {
  provider: Provider;
  add(scripts: Record<string, Script>): SessionModel;
}

export function createScriptedModels(): ScriptedModels {
  const models = new Map<string, ScriptedModel>();
  return {
    provider: {
      call(call) {
        const [script = '', agent = ''] = call.model.model.split(':');
        const model = models.get(script);
        if (model === undefined) throw new Error(`no script for ${call.model.model}`);
        return model.provider.call({ ...call, model: { ...call.model, model: agent } });
      },
    },
    add(scripts) {
      const script = String(models.size + 1);
      const model = scriptModel(scripts);
      models.set(script, model);
      return { ...model, nameFor: (agent) => `${script}:${agent}` };
    },
  };
}
