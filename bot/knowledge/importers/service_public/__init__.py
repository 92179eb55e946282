"""The State's fiches from their open data (« co-marquage » of service-public.fr), schema 3.4 and 3.5.

Reference: https://www.data.gouv.fr/fr/datasets/service-public-fr-guide-vos-droits-et-demarches-particuliers/
"""
