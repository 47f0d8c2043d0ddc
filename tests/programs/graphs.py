"""A graph analysis with networkx: random graphs, centrality, flows, trees, communities, isomorphism.

Prints one line a result; the graphs are seeded, so every run prints the same.
"""

import hashlib
import random

import networkx as nx


def digest(values):
    """A short fingerprint of floats rounded to nine digits."""
    text = ",".join(f"{value:.9f}" for value in values)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def social():
    graph = nx.barabasi_albert_graph(1_500, 4, seed=7)
    print("edges", graph.number_of_edges(), "clustering", f"{nx.average_clustering(graph):.6f}")
    print("triangles", sum(nx.triangles(graph).values()) // 3)
    print("betweenness", digest(nx.betweenness_centrality(graph, k=60, seed=3).values()))
    print("core numbers", sorted(set(nx.core_number(graph).values())))
    groups = nx.algorithms.community.label_propagation_communities(graph)
    print("communities", sorted((len(group) for group in groups), reverse=True)[:5])


def roads():
    graph = nx.grid_2d_graph(45, 45)
    rng = random.Random(11)
    for _, _, data in graph.edges(data=True):
        data["weight"] = rng.randint(1, 20)
    print("shortest path", nx.dijkstra_path_length(graph, (0, 0), (44, 44)))
    tree = nx.minimum_spanning_tree(graph)
    print("spanning tree", sum(data["weight"] for _, _, data in tree.edges(data=True)))
    print("longest path in the tree", nx.diameter(tree))


def pipes():
    graph = nx.gnp_random_graph(120, 0.08, seed=5, directed=True)
    for source, target, data in graph.edges(data=True):
        data["capacity"] = (source * 7 + target * 3) % 13 + 1
    print("maximum flow", nx.maximum_flow_value(graph, 0, 119))
    print("minimum cut", nx.minimum_cut(graph, 0, 119)[0])
    print("components", nx.number_strongly_connected_components(graph))


def tasks():
    rng = random.Random(2)
    graph = nx.DiGraph((a, rng.randint(a + 1, 400)) for a in range(400) for _ in range(3))
    print("longest chain", nx.dag_longest_path_length(graph))
    print("order", digest(nx.lexicographical_topological_sort(graph)))
    print("reduced", nx.transitive_reduction(graph).number_of_edges())


def shapes():
    first = nx.random_regular_graph(3, 40, seed=1)
    names = list(range(40))
    random.Random(9).shuffle(names)
    second = nx.relabel_nodes(first, dict(enumerate(names)))
    print("isomorphic", nx.is_isomorphic(first, second))
    # Copies that refer to their original: cyclic garbage that only a collector frees.
    for n in range(150):
        copy = first.copy()
        copy.graph["original"], copy.graph["me"] = first, copy
        copy.remove_node(n % 40)
    print("matching", len(nx.max_weight_matching(first)))


for part in (social, roads, pipes, tasks, shapes):
    part()
