/** A team for tests of the product on the demo model: tasks of a few seconds, and a greeting that takes as long. */
const padding = Array.from({ length: 150 }, (_, index) => `entry${index}`).join(' ');

export const deskTeam = `
agents:
  root:
    model: openai/gpt-4o-mini
    description: Talks with the visitor
    instruction: You are the front desk. Have longer work done in the background.
    sub_agents: [researcher, lead, almanac]
    toolsets:
      - type: background_agents
  researcher:
    model: anthropic/claude-sonnet-4-0
    description: Researches subjects and writes letters
    instruction: You research.
  lead:
    model: openai/gpt-4o
    description: Plans projects together with others
    instruction: You lead.
    sub_agents: [researcher]
    toolsets:
      - type: background_agents
  almanac:
    model: openai/gpt-4o
    description: ${padding}
    instruction: You know dates.
`;
